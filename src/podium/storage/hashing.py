"""Names made from content: equal things get equal ids, whenever and wherever they are made."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pandas as pd

LENGTH = 16  # hexadecimal digits: 64 bits


def content_id(*parts: object) -> str:
    """An id of arrays, frames, JSON-like values, and anything with a `content_id` of its own."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(_bytes(part))
        digest.update(b"\0")
    return digest.hexdigest()[:LENGTH]


def file_sum(path: object) -> str:
    """The sha256 of a file, in full."""
    with open(path, "rb") as file:  # type: ignore[call-overload]
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bytes(part: object) -> bytes:
    if isinstance(part, pd.DataFrame | pd.Series):
        header = [str(c) for c in part.columns] if isinstance(part, pd.DataFrame) else [part.name]
        hashes = pd.util.hash_pandas_object(part, index=False).to_numpy()
        return json.dumps(header).encode() + hashes.tobytes()
    if isinstance(part, np.ndarray):
        if part.dtype.hasobject or part.dtype.kind in "US":
            return _bytes(pd.Series(part.ravel().astype(object))) + str(part.shape).encode()
        return f"{part.dtype.str}{part.shape}".encode() + np.ascontiguousarray(part).tobytes()
    if hasattr(part, "content_id"):
        return part.content_id.encode()
    return json.dumps(part, sort_keys=True).encode()
