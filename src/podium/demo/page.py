"""The page itself, made by gradio and shown to this machine alone."""

from __future__ import annotations

import os
import signal
import threading
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from podium.data.modality import FILE, TEXT
from podium.data.uploads import MOST_MEGAPIXELS
from podium.demo.answerer import Answerer, Reply
from podium.demo.inputs import DRAWING
from podium.errors import ModelError, PodiumError
from podium.pages.render import picture, render

# Asked when gradio and what it brings along are imported.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
try:
    import gradio as gr
except ImportError:
    raise ModelError("the demo must have gradio, found none; run: make demo COMP=...") from None

HERE = "127.0.0.1"
TEMPLATES = Path(__file__).parents[1] / "pages" / "templates"
Ask = Callable[[str | None, str | None], str]
ONE_AT_A_TIME: dict[str, Any] = {
    "concurrency_id": "model",
    "api_visibility": "private",
    "show_progress": "minimal",
}


def serve(answerer: Answerer, port: int | None, folder: Path, tell: Callable[[str], None]) -> None:
    """Show the page until Ctrl-C; uploads go to the folder. Raises ModelError if the port is taken."""
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    page = build(answerer)
    try:
        page.launch(
            server_name=HERE,
            server_port=port,
            share=False,
            ssr_mode=False,
            prevent_thread_lock=True,
            quiet=True,
            footer_links=[],
            max_file_size="50mb",
            theme=gr.themes.Default(
                primary_hue="blue", font=["system-ui", "sans-serif"], font_mono=["monospace"]
            ).set(button_primary_background_fill="*primary_700"),
            css_paths=TEMPLATES / "demo.css",
        )
    except OSError:
        raise ModelError(
            f"port {port or '7860 or above'} of {HERE} must be free; pass another --port"
        ) from None
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tell(f"{page.local_url} (Ctrl-C ends it)")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        tell("ended; what was uploaded is removed")
    finally:
        page.close(verbose=False)


def build(answerer: Answerer) -> gr.Blocks:
    def ask(text: str | None, upload: str | None) -> str:
        try:
            return shown(answerer, answerer.about(text, upload))
        except PodiumError as error:
            return shown(answerer, problem=str(error))

    def ask_sample(event: gr.EventData) -> str:
        return shown(answerer, answerer.about_example(int(event.number)))

    with gr.Blocks(title=f"{answerer.session.competition.title}: demo", analytics_enabled=False) as page:
        gr.HTML(_html("demo.html", answerer))
        with gr.Row():
            with gr.Column():
                examples = _examples(answerer)
                asked = (_drawing if DRAWING in answerer.kinds else _form)(ask, answerer)
            with gr.Column():
                answer = gr.HTML(shown(answerer), elem_id="answer")
        examples.select(ask_sample, None, answer, **ONE_AT_A_TIME)
        asked(answer)
    return page


def _examples(answerer: Answerer) -> Any:
    """Buttons with texts or pictures: those of gradio's own examples have no name for who cannot see them."""
    script = (TEMPLATES / "samples.js").read_text()
    return gr.HTML(_html("samples.html", answerer), js_on_load=script, elem_id="samples")


def _form(ask: Ask, answerer: Answerer) -> Callable[[Any], Any]:
    typed = TEXT in answerer.kinds
    limit = f"at most {MOST_MEGAPIXELS} megapixels"
    box = gr.Textbox(label="Or a text of your own", lines=3, visible=typed)
    file = gr.File(label=f"Or an image of your own, {limit}", visible=FILE in answerer.kinds)
    button = gr.Button("Predict", variant="primary", visible=typed)
    events = [file.upload, box.submit, button.click]
    return lambda answer: gr.on(events, ask, [box, file], answer, **ONE_AT_A_TIME)


def _drawing(ask: Ask, answerer: Answerer) -> Callable[[Any], Any]:
    """Gradio's own sketch pad must be told to draw before one can."""
    template, script = ((TEMPLATES / name).read_text() for name in ("drawing.html", "drawing.js"))
    pad = gr.HTML(html_template=template, js_on_load=script, elem_id="drawing")
    path = answerer.folder / "drawing.png"

    def ask_drawn(event: gr.EventData) -> str:
        path.write_bytes(b64decode(str(event.png).partition(",")[2]))
        return ask("", str(path))

    return lambda answer: pad.input(ask_drawn, None, answer, **ONE_AT_A_TIME)


def shown(answerer: Answerer, reply: Reply | None = None, problem: str = "") -> str:
    """The answer as HTML, or what is wrong with the question; before the first one an invitation."""
    many = len(answerer.classes)
    return _html("answer.html", answerer, reply=reply, problem=problem, many=many, number=_number)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _html(template: str, answerer: Answerer, **values: Any) -> str:
    return render(template, answerer=answerer, session=answerer.session, picture=picture, **values).decode()
