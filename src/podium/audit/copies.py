"""Which rows are there more than once: byte for byte, or the same to whoever looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from podium.audit.views import Views, frame_of, images_of
from podium.data.dataset import Dataset
from podium.data.images import ImageFiles
from podium.data.near_duplicates import lookalikes
from podium.data.texts import normalised
from podium.storage.hashing import file_sum


@dataclass(frozen=True)
class Copies:
    """Of n training rows and m test rows after them (n + m,): rows of one number in `exact` are the same
    byte for byte, those of one in `near` to whoever looks. `what` they are, in the plural; `shown` says
    one of them."""

    exact: np.ndarray
    near: np.ndarray
    what: str
    shown: Callable[[int], str]

    @property
    def exactly(self) -> str:
        return "byte for byte" if self.what == "images" else "verbatim"


def copies_of(dataset: Dataset, views: Views) -> Iterator[Copies]:
    """Images by the bytes of their files and by their looks, arrays by value, tables by cells as they are and
    normalised: those of prose where there is any, and none where each row has an image. Nothing of another
    X."""
    X, X_test = dataset.X, dataset.X_test
    files, test_files = images_of(X), images_of(X_test)
    train, test = frame_of(X), frame_of(X_test)
    if isinstance(X, np.ndarray) and X.dtype.kind in "iufb":
        yield _equal_arrays(X, X_test)
    elif train is not None and test is not None and (files is None or not files.seen.all()):
        yield _equal_cells(views, train, test)
    if files is not None and test_files is not None:
        yield _like_images(files, test_files)


def _equal_arrays(X: np.ndarray, X_test: np.ndarray) -> Copies:
    kind = np.result_type(X, X_test)
    sums = [hash(row.tobytes()) for part in (X, X_test) for row in part.astype(kind)]
    codes = pd.factorize(np.array(sums))[0]
    return Copies(codes, codes, "rows", lambda row: "")


def _equal_cells(views: Views, train: pd.DataFrame, test: pd.DataFrame) -> Copies:
    prose = [view.is_long_text for view in views.features]
    chosen = train.columns[prose] if any(prose) else train.columns
    cells = pd.concat([train[chosen], test[chosen]], ignore_index=True)
    texts = cells.select_dtypes(exclude=["number", "bool", "datetime"]).columns
    cells[texts] = cells[texts].fillna("").astype(str)
    plain = cells.assign(**{c: cells[c].map(lambda text: normalised(text) or text) for c in texts})
    what = "texts" if any(prose) else "rows"
    return Copies(_row_codes(cells), _row_codes(plain), what, lambda row: " ".join(map(str, cells.iloc[row])))


def _row_codes(cells: pd.DataFrame) -> np.ndarray:
    return pd.factorize(pd.util.hash_pandas_object(cells, index=False))[0]


def _like_images(train: ImageFiles, test: ImageFiles) -> Copies:
    """What is blank is like nothing else."""
    paths = [*train.paths, *test.paths]
    rows = np.flatnonzero(np.concatenate([train.seen, test.seen]))
    exact = len(rows) + np.arange(len(paths))
    exact[rows] = _file_codes([paths[row] for row in rows])
    return Copies(exact, lookalikes(train, test), "images", lambda row: "/".join(paths[row].parts[-2:]))


def _file_codes(paths: Sequence[Path]) -> np.ndarray:
    with ThreadPoolExecutor() as pool:
        return pd.factorize(np.array(list(pool.map(file_sum, paths)), dtype=object))[0]
