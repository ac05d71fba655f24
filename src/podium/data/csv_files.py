"""Reading tables: CSV, and other formats by their suffix. What is wrong with a file is told in one line."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from podium.data import cells
from podium.data.table_formats import opened, separator
from podium.errors import DataError
from podium.formatting import sample

CELLS_OF_A_PIECE = 3_000_000
# Texts are held in the same way whether pyarrow is installed or not, so that ids and results are the same.
pd.set_option("mode.string_storage", "python")

_ADVICE = "download the file again or mend it"


def read_table(path: Path, columns: Sequence[str], dtype: object = None, **options: object) -> pd.DataFrame:
    """Return the named columns of a CSV file, with at least one row.

    `dtype` is the type of all columns, or maps columns to their types. Raises DataError for a missing or
    empty file, missing or repeated columns, uneven rows, and text that is not UTF-8. A cell that `dtype`
    cannot hold raises ValueError, as pandas does.
    """
    # All columns are read: given `usecols`, pandas lets rows pass that are too long.
    dtypes = dtype if isinstance(dtype, Mapping) or dtype is None else dict.fromkeys(columns, dtype)
    frame = _chosen(path, _read(path, dtype=dtypes, **options), columns)
    if frame.empty:
        raise DataError(f"{path} must have at least one row, got none; {_ADVICE}")
    return frame


def read_pieces(
    path: Path, columns: Sequence[str], rows: int = 50_000, dtype: object = str, **options: object
) -> Iterator[pd.DataFrame]:
    """Yield the named columns as text, or as `dtype` says, `rows` rows at a time, for files larger than
    memory.

    Cells beyond the header's are left out. Raises what `read_table` raises, but lets long rows pass.
    """
    with _plain_errors(path):
        for piece in pd.read_csv(
            opened(path),
            sep=separator(path),
            index_col=False,
            usecols=set(columns).__contains__,
            dtype=dtype,
            chunksize=rows,
            **options,
        ):  # type: ignore[call-overload]
            yield _chosen(path, piece, columns)


def _chosen(path: Path, frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return the named columns. Raise DataError where they are missing."""
    known = set(frame.columns)
    missing = [column for column in columns if column not in known]
    if missing:
        raise DataError(
            f"{path} must have the column{'s'[: len(missing) > 1]} {sample(missing)}, "
            f"got {sample(read_header(path))}; {_ADVICE}"
        )
    return frame[list(columns)]


def read_header(path: Path) -> list[str]:
    """Return the names of a file's columns, as all functions here know them. Raise DataError as `read_table`
    does.

    A column without a name is called "Unnamed: 0", counted from 0, and the second one called x "x.1".
    """
    return [name for _, name in _names(path)]


def named_columns(path: Path) -> list[str]:
    """Return the same without those that have no name in the file."""
    return [name for given, name in _names(path) if given]


def renamed_columns(path: Path) -> dict[str, str]:
    """Return what the file calls the columns whose names are not its own: "Unnamed: 0" maps to "", "x.1" to
    "x"."""
    return {name: given for given, name in _names(path) if name != given}


def _names(path: Path) -> list[tuple[str, str]]:
    """Return each column's cell in the header, and its name."""
    # With a row each: without rows pandas is slow on thousands of columns.
    given = _read(path, header=None, nrows=2, dtype=str, keep_default_na=False).iloc[0]
    named = _read(path, nrows=1).columns
    return list(zip(given.tolist(), named.tolist(), strict=True))


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
    clean: bool = False,
) -> pd.DataFrame:
    """Return columns for the models named table-*: floats, categories as text, dates as timestamps.

    `dates` maps columns to their format as pandas.to_datetime takes it. A cell may be empty. With `clean`,
    cells such as 1,163.74, $3 and 12 % are numbers too, and one that is none, or not finite, or no date, is
    a gap. Raises DataError for a cell that is neither empty nor of its column's kind, with `clean` for a
    column that has no other, and what `read_table` raises.
    """
    dates = dates or {}
    columns = [*numbers, *categories, *dates]
    dtypes = {**dict.fromkeys(columns, str), **dict.fromkeys(numbers, np.float64)}
    try:
        frame = read_table(path, columns, dtype=dtypes)
    except ValueError:  # some cell is no number
        strange = _no_numbers(read_table(path, numbers))
        frame = read_table(path, columns, dtype=dtypes | dict.fromkeys(strange, str))
    read = dict[str, pd.Series]()
    for column in _no_numbers(frame[list(numbers)]):
        values = (cells.numbers if clean else cells.plain_numbers)(frame[column])
        read[column] = _all_read(path, frame[column], values, "numbers", clean)
    for column, layout in dates.items():
        kind = f"years from 1677 to 2262 in dates of the format {layout!r}"
        times = cells.dates(frame[column], layout)
        read[column] = _all_read(path, frame[column], times, kind, clean)
    return frame.assign(**read) if read else frame


def _no_numbers(frame: pd.DataFrame) -> list[str]:
    """Return the columns that hold something else than finite numbers and empty cells."""
    plain = frame.select_dtypes("number")
    infinite = np.isinf(plain.to_numpy(dtype=np.float64)).any(axis=0)
    known = set(plain.columns[~infinite])
    return [str(column) for column in frame if column not in known]


def plain_columns(path: Path, columns: Sequence[str]) -> tuple[set[str], set[str]]:
    """Return which columns hold nothing but finite numbers and empty cells, and which nothing but empty
    ones.

    The file is read in pieces, as it may be large. Raises what `read_pieces` raises.
    """
    numbers = set(columns)
    empty = set(columns)
    rows = max(1000, CELLS_OF_A_PIECE // max(1, len(columns)))
    for piece in read_pieces(path, columns, rows, dtype=None):
        numbers -= set(_no_numbers(piece))
        empty -= set(piece.columns[piece.notna().any()])
    return numbers, empty


def _all_read(path: Path, cells: pd.Series, values: pd.Series, kind: str, clean: bool) -> pd.Series:
    """Return the values of all rows. Raise DataError for a cell that has none and is not empty, with `clean`
    where no cell has one."""
    bad = cells.notna() & values.isna()
    if bad.any() and not (clean and values.notna().any()):
        raise DataError(
            f"{path} must hold {kind} in column {cells.name!r}, got {str(cells[bad].iloc[0])!r} in data row "
            f"{bad.argmax() + 1} ({bad.sum()} such cells); mend it, read the column as categories, or with "
            "clean=True"
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
        # Else the first cells of rows that are longer than the header would be an index.
        return pd.read_csv(opened(path), sep=separator(path), index_col=False, **options)  # type: ignore[call-overload]


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            yield
    except pd.errors.ParserWarning:
        raise DataError(
            f"{path} must be a table of even rows, got some longer than the header; {_ADVICE}"
        ) from None
    except FileNotFoundError:
        raise DataError(f"{path} must exist, found nothing there; {_ADVICE}") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(f"{path} must be a file that can be read, got: {reason}; {_ADVICE}") from None
    except pd.errors.EmptyDataError:
        raise DataError(f"{path} must have a header and rows, got an empty file; {_ADVICE}") from None
    except pd.errors.ParserError as error:
        detail = str(error).strip().splitlines()[-1]
        raise DataError(f"{path} must be a table of even rows: {detail}; {_ADVICE}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path} must be UTF-8 text, got {error}; {_ADVICE}") from None
