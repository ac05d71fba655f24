"""competition.py as text, from what was guessed: what a person would have written, to be mended by one."""

from __future__ import annotations

from podium.scaffold.inspect import PhotoFiles
from podium.scaffold.photo_template import declare_photos
from podium.scaffold.table_template import declare_table
from podium.scaffold.tables import TableFiles


def declare(found: TableFiles | PhotoFiles, name: str, slug: str) -> str:
    """Return competition.py for the files that were found."""
    return (
        declare_photos(found, name, slug)
        if isinstance(found, PhotoFiles)
        else declare_table(found, name, slug)
    )
