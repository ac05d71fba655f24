"""Reading CSV files, and TSV files by their suffix. What is wrong with a file is told in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from podium.errors import DataError
from podium.formatting import sample

_ADVICE = "download the file again or mend it"


def read_table(path: Path, columns: Sequence[str], dtype: object = None, **options: object) -> pd.DataFrame:
    """Return the named columns of a CSV file, with at least one row.

    `dtype` is the type of all columns, or maps columns to their types. Raises DataError for a missing or
    empty file, missing or repeated columns, uneven rows, and text that is not UTF-8. A cell that `dtype`
    cannot hold raises ValueError, as pandas does.
    """
    _require_columns(path, columns)
    # All columns are read: given `usecols`, pandas lets rows pass that are too long.
    dtypes = dtype if isinstance(dtype, Mapping) or dtype is None else dict.fromkeys(columns, dtype)
    frame = _read(path, dtype=dtypes, **options)
    frame = frame[list(columns)]
    if frame.empty:
        raise DataError(f"{path} must have at least one row, got none; {_ADVICE}")
    return frame


def read_pieces(path: Path, columns: Sequence[str], rows: int = 50_000) -> Iterator[pd.DataFrame]:
    """Yield the named columns as text, `rows` rows at a time, for files larger than memory.

    Cells beyond the header's are left out. Raises what `read_table` raises, but lets long rows pass.
    """
    _require_columns(path, columns)
    with _plain_errors(path):
        for piece in pd.read_csv(
            path, sep=_separator(path), usecols=list(columns), dtype=str, chunksize=rows
        ):
            yield piece[list(columns)]


def _require_columns(path: Path, columns: Sequence[str]) -> None:
    header = _header(path)
    missing = [column for column in columns if column not in header]
    if missing:
        raise DataError(
            f"{path} must have the column{'s'[: len(missing) > 1]} {sample(missing)}, "
            f"got {sample(header)}; {_ADVICE}"
        )
    repeated = sorted({column for column in header if header.count(column) > 1}, key=str)
    if repeated:
        raise DataError(f"{path} must name each column once, got {sample(repeated)} more; {_ADVICE}")


def read_header(path: Path) -> list[str]:
    """Return the names of a CSV file's columns, without those that have none. Raise DataError as `read_table`
    does."""
    return [name for name in _header(path) if isinstance(name, str)]


def _header(path: Path) -> list[Any]:
    # With the first row, lest one longer than the header make an index of its first cell.
    return _read(path, header=None, nrows=2, dtype=str).iloc[0].tolist()


def read_texts(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Return the named columns, every cell as it stands in the file, an empty one as ''.

    Raises what `read_table` raises.
    """
    return read_table(path, columns, dtype=str, keep_default_na=False)


def require_texts(texts: pd.Series, source: object, longest: int) -> None:
    """Raise DataError unless each text has a character that is no white space, and at most `longest` in
    all."""
    lengths = texts.str.len()
    empty = texts.str.strip() == ""
    for bad, got in ((empty, "an empty one"), (lengths > longest, f"one of {lengths.max()}")):
        if bad.any():
            raise DataError(
                f"{source} must hold texts of 1 to {longest} characters in column {texts.name!r}, got {got} "
                f"in data row {bad.argmax() + 1} ({bad.sum()} such); fill it, or look for a quote left open"
            )


def read_whole_numbers(path: Path, columns: Sequence[str], low: int, high: int) -> pd.DataFrame:
    """Return the named columns, which hold nothing but whole numbers from `low` to `high`.

    Their type is the smallest that holds these numbers. Raises DataError for any other cell, and what
    `read_table` raises.
    """
    try:
        frame = read_table(path, columns, dtype=np.int32)
    except (ValueError, OverflowError):
        frame = None
    if frame is not None and low <= frame.to_numpy().min() and frame.to_numpy().max() <= high:
        return frame.astype(np.result_type(np.min_scalar_type(low), np.min_scalar_type(high)))
    raise DataError(_first_bad_cell(path, columns, low, high))


def _first_bad_cell(path: Path, columns: Sequence[str], low: int, high: int) -> str:
    text = read_table(path, columns, dtype=str)
    numbers = text.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    good = (numbers >= low) & (numbers <= high) & (numbers == np.floor(numbers))
    row, column = np.argwhere(~good)[0]
    cell: Any = text.iat[row, column]
    shown = "an empty cell" if pd.isna(cell) else repr(cell)
    return (
        f"{path} must hold whole numbers from {low} to {high}, got {shown} in column "
        f"{columns[column]!r} of data row {row + 1} ({(~good).sum()} such cells); {_ADVICE}"
    )


def read_features(
    path: Path,
    numbers: Sequence[str] = (),
    categories: Sequence[str] = (),
    dates: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return columns for the models named table-*: floats, categories as text, dates as timestamps.

    `dates` maps columns to their format as pandas.to_datetime takes it. A cell may be empty. Raises DataError
    for one that is neither empty nor of its column's kind, and what `read_table` raises.
    """
    dates = dates or {}
    columns = [*numbers, *categories, *dates]
    dtypes = {**dict.fromkeys(columns, str), **dict.fromkeys(numbers, np.float64)}
    try:
        frame = read_table(path, columns, dtype=dtypes)
    except ValueError:  # some cell is no number
        frame = read_table(path, columns, dtype=str)
    for column in numbers:
        values = pd.to_numeric(frame[column], errors="coerce")
        frame[column] = _all_read(path, frame[column], values[np.isfinite(values)], "numbers")
    for column, layout in dates.items():
        times = pd.to_datetime(frame[column], format=layout, errors="coerce", utc=True).dt.tz_localize(None)
        frame[column] = _all_read(path, frame[column], times, f"dates of the format {layout!r}")
    return frame


def _all_read(path: Path, cells: pd.Series, values: pd.Series, kind: str) -> pd.Series:
    """Return the values of all rows. Raise DataError for a cell that has none and is not empty."""
    values = values.reindex(cells.index)
    bad = cells.notna() & values.isna()
    if bad.any():
        raise DataError(
            f"{path} must hold {kind} in column {cells.name!r}, got {str(cells[bad].iloc[0])!r} in data row "
            f"{bad.argmax() + 1} ({bad.sum()} such cells); mend it, or read the column as categories"
        )
    return values


def read_numbers(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Return the named columns, which hold nothing but finite numbers, as floats.

    Raises DataError for any other cell, and what `read_table` raises.
    """
    frame = read_features(path, numbers=columns)
    for column in columns:
        empty = frame[column].isna()
        if empty.any():
            raise DataError(
                f"{path} must hold numbers in column {column!r}, got an empty cell in data row "
                f"{empty.argmax() + 1} ({empty.sum()} such cells); {_ADVICE}"
            )
    return frame


def _read(path: Path, **options: object) -> pd.DataFrame:
    with _plain_errors(path):
        return pd.read_csv(path, sep=_separator(path), **options)  # type: ignore[call-overload]


def _separator(path: Path) -> str:
    return "\t" if path.suffix == ".tsv" else ","


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise DataError(f"{path} must exist, found nothing there; {_ADVICE}") from None
    except pd.errors.EmptyDataError:
        raise DataError(f"{path} must have a header and rows, got an empty file; {_ADVICE}") from None
    except pd.errors.ParserError as error:
        detail = str(error).strip().splitlines()[-1]
        raise DataError(f"{path} must be a table of even rows: {detail}; {_ADVICE}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path} must be UTF-8 text, got {error}; {_ADVICE}") from None
