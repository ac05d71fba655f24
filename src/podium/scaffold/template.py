"""competition.py as text, from what was guessed: what a person would have written, to be mended by one."""

from __future__ import annotations

from podium.scaffold.image_template import declare_images
from podium.scaffold.images import PhotoFiles
from podium.scaffold.photo_template import declare_photos
from podium.scaffold.table_template import declare_table
from podium.scaffold.tables import TableFiles


def declare(found: TableFiles | PhotoFiles, name: str, slug: str) -> str:
    """Return competition.py for the files that were found."""
    if isinstance(found, PhotoFiles):
        return declare_photos(found, name, slug)
    if found.images:
        return declare_images(found, found.images, name, slug)
    return declare_table(found, name, slug)
