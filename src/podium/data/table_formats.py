"""Formats of tables, told by the file's suffix. JSON and Parquet are read as the CSV that holds the same."""

from __future__ import annotations

import csv
import io
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from podium.errors import DataError
from podium.formatting import sample

JSON = (".json", ".jsonl", ".ndjson")
SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz", *JSON, ".parquet")  # the likelier ones first


def suffix_of(path: Path) -> str:
    """Return the suffix of a file that is a table, as SUFFIXES has it; "" of another."""
    return next((suffix for suffix in SUFFIXES if path.name.lower().endswith(suffix)), "")


def separator(path: Path) -> str:
    return "\t" if ".tsv" in suffix_of(path) else ","


def opened(path: Path) -> Path | io.StringIO:
    """Return what pandas.read_csv takes for a table: a CSV file itself, another one as CSV text.

    Raises DataError for a file that is no table of its format, or where pyarrow is missing; OSError where it
    cannot be read.
    """
    suffix = suffix_of(path)
    if suffix in JSON or suffix == ".parquet":
        facts = path.stat()
        return io.StringIO(_as_csv(path, facts.st_mtime_ns, facts.st_size))
    return path


@lru_cache(maxsize=2)  # train and test: each is read several times
def _as_csv(path: Path, changed: int, size: int) -> str:
    frame = _from_parquet(path) if suffix_of(path) == ".parquet" else _from_json(path)
    for column in [name for name, kind in frame.dtypes.items() if kind.kind == "O"]:
        # Of objects, lest a whole number become 1.0 beside a gap.
        frame[column] = pd.Series([_as_text(cell) for cell in frame[column]], dtype=object)
    # In quotes, lest a carriage return in a text end its row.
    return frame.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC)


def _from_json(path: Path) -> pd.DataFrame:
    """Return a list of objects, or an object on each line, as a frame."""
    text = path.read_text(encoding="utf-8-sig")
    try:
        rows = json.loads(text) if text.lstrip().startswith("[") else _lines(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} must be JSON: {error}; download the file again or mend it") from None
    strange = [row for row in rows if not isinstance(row, dict)]
    if strange or not rows:
        got = f"{len(strange)} others: {sample(strange, most=1)}" if rows else "none"
        raise DataError(f"{path} must hold a list of objects, or one on each line, got {got}")
    return pd.DataFrame(rows, dtype=object)


def _lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def _from_parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except ImportError:
        raise DataError(f"{path} must be read with pyarrow, found none; run: pip install pyarrow") from None
    except ValueError as error:
        detail = str(error).splitlines()[0]
        raise DataError(f"{path} must be a Parquet file: {detail}; download the file again") from None


def _as_text(cell: Any) -> Any:
    """Return a list of words as its words, and any other that is no plain value as JSON."""
    if isinstance(cell, np.ndarray):  # a list of Parquet
        cell = cell.tolist()
    if isinstance(cell, list) and all(isinstance(word, str) for word in cell):
        return " ".join(cell)
    return json.dumps(cell, ensure_ascii=False) if isinstance(cell, list | dict) else cell


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as its file's suffix says."""
    suffix = suffix_of(path)
    if suffix in JSON:
        frame.to_json(path, orient="records", lines=suffix != ".json")
    elif suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        frame.to_csv(path, sep=separator(path), index=False)
