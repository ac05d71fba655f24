"""A competition folder for files that have none yet."""

from __future__ import annotations

import importlib
import re
import shutil
from dataclasses import replace
from pathlib import Path
from string import Template

from podium.competition.registry import get_competition
from podium.competition.sources import find_files, unpacked
from podium.errors import CompetitionError, DataError
from podium.formatting import sample
from podium.kaggle.client import Client, KaggleError, Tell
from podium.kaggle.download import data_folder, fetch_files
from podium.metrics import get_metric, require_fitting
from podium.pipeline.folds import make_folds
from podium.pipeline.submission import read_sample, require_agreement
from podium.scaffold.images import PhotoFiles
from podium.scaffold.inspect import inspect_files
from podium.scaffold.parts import kind
from podium.scaffold.tables import TableFiles
from podium.scaffold.target import Asked
from podium.scaffold.template import declare
from podium.storage.store import Store

METRICS_AT_KAGGLE = {  # how Kaggle's pages call metrics, in lower case
    "categorization accuracy": "accuracy",
    "classification accuracy": "accuracy",
    "accuracy": "accuracy",
    "accuracy score": "accuracy",
    "f-score (micro)": "accuracy",  # the same where each row has one label
    "f1 score": "f1",
    "f-score beta (micro)": "f1_micro",
    "f-score": "f1",
    "macro f1 score": "f1_macro",
    "area under receiver operating characteristic curve": "roc_auc",
    "roc auc score": "roc_auc",
    "auc": "roc_auc",
    "mean columnwise area under receiver operating characteristic curve": "mean_roc_auc",
    "mean columnwise roc auc score": "mean_roc_auc",
    "average precision score": "average_precision",
    "log loss": "log_loss",
    "multi class log loss": "log_loss",
    "multiclass log loss": "log_loss",
    "mean columnwise log loss": "mean_log_loss",
    "matthews correlation coefficient": "mcc",
    "balanced accuracy": "balanced_accuracy",
    "quadratic weighted kappa": "quadratic_kappa",
    "quadraticweightedkappa": "quadratic_kappa",
    "cohen kappa score": "quadratic_kappa",
    "root mean squared error": "rmse",
    "mean absolute error": "mae",
    "median absolute error": "median_absolute_error",
    "mean absolute percentage error": "mape",
    "symmetric mean absolute percentage error": "smape",
    "mean columnwise root mean squared error": "mean_rmse",
    "mcrmse": "mean_rmse",
    "mean columnwise root mean squared logarithmic error": "mean_rmsle",
    "pearson correlation coefficient": "pearson",
    "root mean squared logarithmic error": "rmsle",
    "r2 score": "r2",
}


def make_competition(
    root: Path, name: str, slug: str, data: Path | None, asked: Asked, client: Client | None, tell: Tell
) -> list[str]:
    """Write competitions/<name>/, prove that it loads the files, and say what was guessed. With a client
    Kaggle is asked for the metric, and for the files where there are none.

    Raises CompetitionError for a name that is taken or none, DataError for files that do not tell enough;
    nothing is left then.
    """
    folder = root / "competitions" / name
    _require_free(folder, name)
    path = find_files(name, slug, root, data).path
    if path is None and client:
        path = fetch_files(data_folder(name, root), slug, client, tell)
    if path is None:
        raise DataError(
            f"{folder / 'data'} must hold the competition's files, found none; name a folder that holds "
            f"{slug}.zip or {slug}/ by --data, or get credentials for Kaggle"
        )
    remarks: list[str] = []
    if client and not asked.metric:
        metric, remarks = _metric_at_kaggle(slug, client)
        asked = replace(asked, metric=metric)
    files = unpacked(path, root / "submissions" / name / "data")
    found = inspect_files(files, asked)
    found.remarks.extend(remarks)
    Store(folder).write(folder / "competition.py", declare(found, name, slug).encode())
    Store(folder).write(folder / "README.md", _readme(found, name, slug).encode())
    try:
        _prove(root, name, files)
    except Exception:
        _remove(folder)
        raise
    return found.remarks


def _metric_at_kaggle(slug: str, client: Client) -> tuple[str, list[str]]:
    """Return Kaggle's metric as podium calls it, "" where Kaggle does not say, and what there is to say.

    Raises CompetitionError for a metric that podium does not know: another one would rank silently wrong.
    """
    try:
        shown = client.competition(slug)["metric"]
    except KaggleError as error:
        return "", [f"the metric is not from Kaggle: {error}"]
    if not shown:
        return "", []
    metric = METRICS_AT_KAGGLE.get(shown.lower(), "")
    if not metric:
        raise CompetitionError(
            f"Kaggle calls the metric {shown!r}, which podium does not know; name one that is near by "
            "--metric, or write competition.py by hand with a custom_metric"
        )
    return metric, [f"Kaggle calls the metric {shown!r}"]


def _require_free(folder: Path, name: str) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
        raise CompetitionError(
            f"a competition's name must be of a-z, 0-9 and hyphens, got {name!r}; choose another"
        )
    inside = [p.name for p in folder.iterdir() if p.name != "data"] if folder.is_dir() else []
    if inside:
        raise CompetitionError(
            f"{folder} must hold nothing yet but data/, got {sample(sorted(inside))}; choose another name"
        )


def _prove(root: Path, name: str, files: Path) -> None:
    importlib.invalidate_caches()
    competition = get_competition(root, name)
    dataset = competition.load(files)
    read_sample(competition, dataset, files)
    require_fitting(get_metric(competition.metric), dataset)
    require_agreement(competition, dataset)
    make_folds(dataset, competition.folds)


def _remove(folder: Path) -> None:
    for path in ("competition.py", "README.md"):
        (folder / path).unlink()
    shutil.rmtree(folder / "__pycache__", ignore_errors=True)
    if not any(folder.iterdir()):
        folder.rmdir()


README = """\
# $name

To predict: $kind. Kaggle slug `$slug`, metric $metric.

```sh
make submit COMP=$name DATA=path/to/folder/with/the/zip
```

Guessed from the files; what is wrong is to be mended in competition.py:

$remarks
"""


def _readme(found: TableFiles | PhotoFiles, name: str, slug: str) -> str:
    remarks = "\n".join(f"- {remark}" for remark in found.remarks)
    metric = found.target.metric
    return Template(README).substitute(name=name, slug=slug, kind=kind(found), metric=metric, remarks=remarks)
