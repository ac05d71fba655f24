"""The command reference as Markdown, made from the command line: `python -m podium.cli.reference FILE`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from podium.cli import app

HEADER = """\
# Commands

`make docs` writes this page from the command line; `make check` fails where it differs.

Each verb is `podium VERB`, or `make VERB COMP=NAME`. The exit status is 0 when all went well, 1 when a model
failed and the others are complete, 2 when the input is wrong or Kaggle refused it; then one line says why.
"""


def reference() -> str:
    """Return the reference of all verbs, in the order of the command line."""
    group: Any = get_command(app)
    parts = [HEADER, *(_verb(name, command) for name, command in group.commands.items())]
    return "\n".join(parts)


def _verb(name: str, command: Any) -> str:
    context = command.context_class(command, info_name=f"podium {name}")
    usage = " ".join(["podium", name, *_arguments(command, context)])
    lines = [f"## podium {name}", "", command.help or "", "", "```", f"{usage} [OPTIONS]", "```", ""]
    options = list(_options(command, context))
    if options:
        lines += ["| option | what it does |", "|---|---|", *options, ""]
    return "\n".join(lines)


def _arguments(command: Any, context: Any) -> Iterator[str]:
    """Yield the arguments of a verb, those in brackets that may be left out."""
    for parameter in command.get_params(context):
        if parameter.param_type_name == "argument":
            name = _argument(parameter)
            yield name if parameter.required or name.startswith("[") else f"[{name}]"


def _argument(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())


def _options(command: Any, context: Any) -> Iterator[str]:
    for parameter in command.get_params(context):
        if parameter.param_type_name == "option" and parameter.name != "help":
            names = ", ".join(f"`{name}`" for name in parameter.opts)
            yield f"| {names} | {_cell(parameter.help or '')} |"
        elif parameter.param_type_name == "argument":
            yield f"| `{_argument(parameter)}` | {_cell(getattr(parameter, 'help', None) or '')} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Write the reference to a file, or with --check compare the file with it."""
    path = Path(arguments[-1])
    text = reference()
    if "--check" not in arguments:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return 0
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return 0
    print(
        f"podium: {path} must be what the command line says, got another text; run: make docs",
        file=sys.stderr,
    )
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
