"""Ids made from content: equal things have equal ids, in every process and on every machine."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pandas as pd

LENGTH = 16  # hexadecimal digits: 64 bits


def content_id(*parts: object) -> str:
    """Return an id of arrays, frames, JSON-like values, and objects with a `content_id` of their own.

    The order of the parts counts, and where one ends and the next begins.
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(_bytes(part))
        digest.update(b"\0")
    return digest.hexdigest()[:LENGTH]


def file_sum(path: object) -> str:
    """Return the sha256 of a file, as 64 hexadecimal digits. Raise OSError if it cannot be read."""
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
    # What was written and read again is the same: keys are texts then, in another order than numbers.
    return json.dumps(json.loads(json.dumps(part)), sort_keys=True).encode()
