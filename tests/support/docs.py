"""The named code blocks of the pages under docs/."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def block(page, name):
    """The code block of that name."""
    (found,) = re.findall(rf"^```\w+ {name}\n(.*?)^```$", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)
    return found


def make_pets(folder, **files):
    """A checkout with the competition of docs/add-a-competition.md, and further files of its folder."""
    place = folder / "competitions" / "pets"
    place.mkdir(parents=True)
    (folder / "competitions" / "__init__.py").touch()
    (place / "competition.py").write_text(block("add-a-competition.md", "competition"))
    for name, text in files.items():
        (place / f"{name}.py").write_text(text)
    return folder
