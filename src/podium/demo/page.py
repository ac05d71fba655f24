"""The web page of the demo, made by gradio and served to this machine alone."""

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

# gradio and the Hugging Face Hub read these when they are imported.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
try:
    import gradio as gr
except ImportError:
    raise ModelError("the demo must have gradio, found none; run: make demo COMP=...") from None

HOST = "127.0.0.1"
FIRST_PORT = 7860  # where gradio begins to look for a free one
TEMPLATES = Path(__file__).parents[1] / "pages" / "templates"
LARGE_NUMBER = 1000  # from here on decimals say nothing
ONE_AT_A_TIME: dict[str, Any] = {
    "concurrency_id": "model",
    "api_visibility": "private",
    "show_progress": "minimal",
}
Connect = Callable[[Any], None]


def serve(answerer: Answerer, port: int | None, folder: Path, tell: Callable[[str], None]) -> None:
    """Serve the page until Ctrl-C. Uploads go to the folder. Raise ModelError if the port is taken."""
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    page = build(answerer)
    try:
        page.launch(
            server_name=HOST,
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
        wanted = port or f"{FIRST_PORT} or above"
        raise ModelError(f"port {wanted} of {HOST} must be free, got none; pass another --port") from None
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tell(f"{page.local_url} (Ctrl-C ends it)")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        tell("ended; what was uploaded is removed")
    finally:
        page.close(verbose=False)


def build(answerer: Answerer) -> gr.Blocks:
    """Return the page: examples and a form to the left, the answer to the right."""
    title = f"{answerer.session.competition.title}: demo"
    with gr.Blocks(title=title, analytics_enabled=False) as page:
        gr.HTML(_render("demo.html", answerer))
        with gr.Row():
            with gr.Column():
                add_input = _drawing_pad if DRAWING in answerer.inputs else _form
                inputs = [_examples(answerer), add_input(answerer)]
            with gr.Column():
                answer = gr.HTML(render_answer(answerer), elem_id="answer")
        for connect in inputs:
            connect(answer)
    return page


def _examples(answerer: Answerer) -> Connect:
    """Add a button for each example. Return what connects them with the answer.

    The buttons of gradio's own examples have no name for who cannot see them.
    """
    script = (TEMPLATES / "examples.js").read_text()
    buttons = gr.HTML(_render("examples.html", answerer), js_on_load=script, elem_id="examples")

    def predict(event: gr.EventData) -> str:
        return render_answer(answerer, answerer.answer_example(int(event.number)))

    def connect(answer: Any) -> None:
        buttons.select(predict, None, answer, **ONE_AT_A_TIME)

    return connect


def _form(answerer: Answerer) -> Connect:
    """Add a text box and a file picker, as far as rows can be made of them. Return what connects them with
    the answer."""
    has_text = TEXT in answerer.inputs
    limit = f"at most {MOST_MEGAPIXELS} megapixels"
    box = gr.Textbox(label="Or a text of your own", lines=3, visible=has_text)
    file = gr.File(label=f"Or an image of your own, {limit}", visible=FILE in answerer.inputs)
    button = gr.Button("Predict", variant="primary", visible=has_text)

    def predict(text: str | None, upload: str | None) -> str:
        return _answer_question(answerer, text or "", upload)  # a text box that is not shown gives None

    def connect(answer: Any) -> None:
        gr.on([file.upload, box.submit, button.click], predict, [box, file], answer, **ONE_AT_A_TIME)

    return connect


def _drawing_pad(answerer: Answerer) -> Connect:
    """Add a pad to draw on. Return what connects it with the answer.

    In gradio's own sketch pad a person must first choose a pen.
    """
    template = (TEMPLATES / "drawing.html").read_text()
    script = (TEMPLATES / "drawing.js").read_text()
    pad = gr.HTML(html_template=template, js_on_load=script, elem_id="drawing")
    path = answerer.folder / "drawing.png"

    def predict(event: gr.EventData) -> str:
        path.write_bytes(b64decode(str(event.png).partition(",")[2]))
        return _answer_question(answerer, "", str(path))

    def connect(answer: Any) -> None:
        pad.input(predict, None, answer, **ONE_AT_A_TIME)

    return connect


def _answer_question(answerer: Answerer, text: str, upload: str | None) -> str:
    """Return the answer as HTML, or what is wrong with the question."""
    try:
        return render_answer(answerer, answerer.answer(text, upload))
    except PodiumError as error:
        return render_answer(answerer, problem=str(error))


def render_answer(answerer: Answerer, reply: Reply | None = None, problem: str = "") -> str:
    """Return an answer or a problem as HTML; without either, an invitation to ask."""
    return _render("answer.html", answerer, reply=reply, problem=problem, number=_number)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= LARGE_NUMBER else f"{value:.4g}"


def _render(template: str, answerer: Answerer, **values: Any) -> str:
    return render(template, answerer=answerer, session=answerer.session, picture=picture, **values).decode()
