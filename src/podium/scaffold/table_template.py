"""The declaration of a competition of tables and texts, as text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template

from podium.data.table_formats import suffix_of
from podium.metrics import get_metric
from podium.models.registry import proposed_names
from podium.models.weights import is_packaged
from podium.scaffold.literals import listed, mapped, quoted
from podium.scaffold.parts import DECLARED, class_parts, filled, shared_parts
from podium.scaffold.tables import TableFiles
from podium.scaffold.target import ClassTarget, NumberTarget, SeveralTarget

Params = Mapping[str, object]

TABLE = '''\
"""$plain_name, from a table."""

from pathlib import Path

import numpy as np
import pandas as pd

from podium.competition.declaration import $declared
$formats
from podium.data.csv_files import $readers
from podium.data.dataset import Dataset
$group_facts
$multimodal
$formats_of_files
from podium.data.task import $task

ID = $id
$target_line
$label_line
$classes
$prefix
$numbers
$categories
$dates
$texts


def load(folder: Path) -> Dataset:
    train, test = folder / $train, folder / $test
    X, X_test = ($rows for path in (train, test))
    return Dataset(
        X=X,
        y=$y,
        X_test=X_test,
        test_ids=$test_ids,
        task=$task_of,
$order
    )


$read_rows
def toy(folder: Path) -> None:
    """Made up: each feature knows a little of the answer, and one cell in ten is empty."""
    rng, n = np.random.default_rng(0), $n
    known = $known
    cells = {}
$toy_numbers
$toy_categories
$toy_dates
$toy_texts
    table = pd.DataFrame(cells).mask(rng.random((n, len(cells))) < 0.1)
$toy_ids
    table[$label] = $answer
    train, test = table[: 2 * n // 3], table[2 * n // 3 :].drop(columns=$label)
    $write_train
    $write_test
    sample = $sample_ids.assign(**$shown)
    sample.to_csv(folder / $sample, index=False)


'''

TOY_NUMBERS = """\
    cells |= {c: (known + rng.normal(size=n)).round(3) for c in NUMBERS}"""
TOY_CATEGORIES = """\
    cells |= {c: np.where(known + rng.normal(size=n) > known.mean(), "more", "less") for c in CATEGORIES}"""
TOY_DATES = """\
    days = {c: pd.to_timedelta(30 * (known + rng.normal(size=n)), unit="D") for c in DATES}
    cells |= {c: (pd.Timestamp("2026-01-01") + days[c]).strftime($layout) for c in DATES}"""
TOY_LAYOUTS = """\
    layouts = {c: "%Y-%m-%d %H:%M" if DATES[c] == "ISO8601" else DATES[c] for c in DATES}"""
TOY_TEXTS = """\
    cells |= {c: np.where(known + rng.normal(size=n) > known.mean(), "a lot", "less") for c in TEXTS}"""
READ_BOTH = """\
def read_rows(path: Path) -> MultimodalRows:
    texts = read_texts(path, TEXTS).set_axis(["text", *TEXTS[1:]], axis=1)
    table = $table
    return MultimodalRows({"text": texts, "table": table})

"""
READ_TABLE = """\
def read_rows(path: Path) -> pd.DataFrame:
    return $table

"""
# On the features of texts, the ones that do well.
TEXT_MODELS = (
    "text-ridge",
    "text-sgd",
    "text-logistic-regression",
    "text-linear-svc",
    "text-complement-nb",
    "text-multinomial-nb",
    "text-xgboost",
    "text-knn",
)
ENCODER = "minilm-l6-v2"  # the encoder of texts that a package brings

# Other settings of boosting, whose errors differ enough to make blends better.
VARIANTS: tuple[tuple[str, str, Params], ...] = (
    ("table-xgboost", "shallow", {"max_depth": 3, "learning_rate": 0.08}),
    ("table-lightgbm", "random", {"extra_trees": True, "num_leaves": 48, "learning_rate": 0.03}),
)


def declare_table(found: TableFiles, name: str, slug: str) -> str:
    """Return competition.py for the files train and test."""
    return filled(TABLE + DECLARED, **shared_parts(found, name, slug) | table_parts(found))


def table_parts(found: TableFiles) -> dict[str, str]:
    """Return the parts of a declaration that say what columns are read, and what is predicted."""
    return {**_of_table(found), **_of_target(found)}


def _of_table(found: TableFiles) -> dict[str, str]:
    counted = f"np.arange({found.first_id}, {found.first_id} + len(X_test))"
    table = 'X.parts["table"]' if found.texts else "X"
    moments = f"{table}[{'ID' if isinstance(found.id_column, str) else quoted(found.moment)}]"
    orders = {
        "": _groups(found),
        "forward": f"        times={moments}.to_numpy(),",
        "weeks": f'        groups={moments}.dt.strftime("%G-%V").to_numpy(),  # whole weeks',
    }
    return {
        **_of_rows(found, feature_arguments(found)),
        "declared": "Competition, FoldPlan" if found.order == "forward" else "Competition",
        "order": orders[found.order],
        "folds": '    folds=FoldPlan(order="forward"),' if found.order == "forward" else "",
        "numbers": listed("NUMBERS", found.numbers),
        "categories": listed("CATEGORIES", found.categories),
        "dates": f"DATES = {mapped(found.dates)}" if found.dates else "",
        "test_ids": _test_ids(found) if found.first_id is None else counted,
        "toy_numbers": TOY_NUMBERS if found.numbers else "",
        "toy_categories": TOY_CATEGORIES if found.categories else "",
        "toy_dates": _toy_dates(found),
        "toy_ids": _toy_ids(found),
        "sample_ids": _sample_ids(found, counted.replace("X_test", "test")),
        "write_train": _write("train", found.train),
        "write_test": _write("test", found.test),
    }


def feature_arguments(found: TableFiles) -> str:
    """Return the arguments by which `read_features` reads the columns that are no texts."""
    kinds = {"numbers": found.numbers, "categories": found.categories, "dates": found.dates}
    given = [(argument, argument.upper()) for argument, columns in kinds.items() if columns]
    in_order = [argument for argument, _ in given] == list(kinds)[: len(given)]
    columns = ", ".join(name if in_order else f"{argument}={name}" for argument, name in given)
    return f"{columns}, clean=True" if found.clean and columns else columns


def _are_csv(found: TableFiles) -> bool:
    return all(suffix_of(Path(name)) == ".csv" for name in (found.train, found.test))


def _write(frame: str, name: str) -> str:
    """Return the line that writes toy data in the format of the real file."""
    if suffix_of(Path(name)) == ".csv":
        return f"{frame}.to_csv(folder / {quoted(name)}, index=False)"
    return f"write_table({frame}, folder / {quoted(name)})"


def _groups(found: TableFiles) -> str:
    sign = quoted(found.group_sign)
    groups = f"read_texts(train, [ID])[ID].str.rpartition({sign})[0].to_numpy()"
    return f"        groups={groups}," if found.group_sign else ""


def _test_ids(found: TableFiles) -> str:
    if len(found.id_columns) > 1:
        return 'read_texts(test, ID).agg(",".join, axis=1).to_numpy()'
    return f"{'read_texts' if found.text_ids else 'read_table'}(test, [ID])[ID].to_numpy()"


def _sample_ids(found: TableFiles, counted: str) -> str:
    if found.first_id is not None:
        return f"pd.DataFrame({{ID: {counted}}})"
    return "test[[ID]]" if len(found.id_columns) == 1 else "test[[*ID]]"


def _toy_dates(found: TableFiles) -> str:
    if not found.dates:
        return ""
    if "ISO8601" not in found.dates.values():
        return TOY_DATES.replace("$layout", "DATES[c]")
    return f"{TOY_LAYOUTS}\n{TOY_DATES.replace('$layout', 'layouts[c]')}"


def _of_rows(found: TableFiles, columns: str) -> dict[str, str]:
    """Return the parts that say how rows are read: a table, texts, or both."""
    texts = 'read_texts(path, TEXTS).set_axis(["text", *TEXTS[1:]], axis=1)'
    both = bool(found.texts and columns)
    facts = f".join(group_facts(read_texts(path, [ID])[ID], {quoted(found.group_sign)}))"
    table = f"read_features(path, {columns})" + facts * bool(found.group_sign)
    template = READ_BOTH if both else READ_TABLE
    has_function = both or bool(columns and found.group_sign)
    alone = texts if found.texts else table
    return {
        "texts": listed("TEXTS", found.texts),
        "toy_texts": TOY_TEXTS if found.texts else "",
        "rows": "read_rows(path)" if has_function else alone,
        "read_rows": Template(template).substitute(table=table) if has_function else "",
        "group_facts": "from podium.data.id_groups import group_facts"
        if columns and found.group_sign
        else "",
        "formats_of_files": "" if _are_csv(found) else "from podium.data.table_formats import write_table",
        "multimodal": "from podium.data.multimodal import MultimodalRows" if both else "",
    }


def _toy_ids(found: TableFiles) -> str:
    """Return the lines that give the toy rows their ids: before the features, in place of those that are."""
    if found.first_id is not None:
        return ""
    if len(found.id_columns) > 1:
        parts = [f"    table[{quoted(c)}] = {_toy_id_part(found, c)}" for c in found.id_columns]
        return "\n".join(parts)
    ids = _toy_id_part(found, found.id_columns[0])
    return f"    table[ID] = {ids}" if found.moment else f"    table.insert(0, ID, {ids})"


def _toy_id_part(found: TableFiles, column: str) -> str:
    if column in found.dates:
        layout = quoted("%Y-%m-%d" if found.dates[column] == "ISO8601" else found.dates[column])
        return f'pd.date_range("2026-01-01", periods=n, freq="D").strftime({layout})'
    if found.group_sign:
        return f'[f"{{row // 2:04}}{found.group_sign}{{row % 2}}" for row in range(n)]'
    is_number = column in found.numbers or not found.text_ids
    return "np.arange(1, n + 1)" if is_number else '[f"toy-{row}" for row in range(n)]'


def _of_target(found: TableFiles) -> dict[str, str]:
    target = found.target
    if isinstance(target, ClassTarget):
        return _of_classes(found, target)
    return _of_several(found, target) if isinstance(target, SeveralTarget) else _of_numbers(found, target)


def _label(found: TableFiles, column: str) -> dict[str, str]:
    """Return the parts that name one target's column, in a submission and in the training file."""
    own_label = found.label != column
    return {
        "target_line": f"TARGET = {quoted(column)}",
        "target_column": "    target_column=TARGET,",
        "label": "LABEL" if own_label else "TARGET",
        "label_line": f"LABEL = {quoted(found.label)}  # as the training file calls it" if own_label else "",
        "shown": "{TARGET: $first}",
    }


def _of_classes(found: TableFiles, target: ClassTarget) -> dict[str, str]:
    parts = _label(found, target.column)
    label = parts["label"]
    first = "0" if target.coded or target.submission else "CLASSES[0]"
    reader = "read_texts" if isinstance(target.classes[0], str) else "read_table"
    if target.submission == "columns":
        named = 'f"{PREFIX}{label}"' if target.prefix else "str(label)"
        parts |= {"target_column": "", "shown": f"{{{named}: 0 for label in CLASSES}}"}
    return {
        **parts,
        **class_parts(target),
        "task": "Classification, encode_labels",
        "readers": _readers(found, reader),
        "y": f'encode_labels({reader}(train, [{label}])[{label}], CLASSES, source=f"{{train}}: {{{label}}}")',
        "n": str(max(300, 24 * len(target.classes))),
        "known": "rng.permutation(np.arange(n) % len(CLASSES))",
        "answer": "np.array(CLASSES)[known]",
        "shown": parts["shown"].replace("$first", first),
        "roster": _roster(found, "classification", {}),
    }


NO_CLASSES = {"classes": "", "prefix": "", "formats": "", "submission": ""}


def _of_numbers(found: TableFiles, target: NumberTarget) -> dict[str, str]:
    parts = _label(found, target.column)
    label = parts["label"]
    return {
        **NO_CLASSES,
        **parts,
        "task": "Regression",
        "task_of": "Regression()",
        "readers": _readers(found, "read_numbers"),
        "y": f"read_numbers(train, [{label}])[{label}].to_numpy()",
        "n": "300",
        "known": "rng.normal(size=n)",
        "answer": "(1000 * np.exp(known)).round(2)" if _is_positive(found) else "known.round(4)",
        "shown": parts["shown"].replace("$first", "0.0"),
        "roster": _roster(found, "regression", _log_params(found)),
    }


def _of_several(found: TableFiles, target: SeveralTarget) -> dict[str, str]:
    """Return the parts of several targets, called in a submission as in the training file."""
    labels = {
        "task": "Multilabel",
        "task_of": "Multilabel(TARGETS)",
        "readers": _readers(found, "read_whole_numbers"),
        "y": "read_whole_numbers(train, TARGETS, 0, 1).to_numpy().astype(int)",
        "answer": "(known[:, None] + rng.normal(size=(n, len(TARGETS))) > 0).astype(int)",
        "roster": _roster(found, "multilabel", {}),
    }
    noise = "known[:, None] + rng.normal(size=(n, len(TARGETS)))"
    numbers = {
        "task": "Regression",
        "task_of": "Regression(TARGETS)",
        "readers": _readers(found, "read_numbers"),
        "y": "read_numbers(train, TARGETS).to_numpy()",
        "answer": f"np.exp({noise}).round(2)" if _is_positive(found) else f"({noise}).round(4)",
        "roster": _roster(found, "regression", _log_params(found)),
    }
    return {
        **NO_CLASSES,
        **(labels if target.are_labels else numbers),
        "formats": "from podium.competition.formats import columns",
        "target_line": listed("TARGETS", target.columns),
        "target_column": "",
        "submission": "    submission=columns(*TARGETS),",
        "label": "TARGETS",
        "label_line": "",
        "n": "300",
        "known": "rng.normal(size=n)",
        "shown": "dict.fromkeys(TARGETS, 0)",
    }


def _is_positive(found: TableFiles) -> bool:
    return get_metric(found.target.metric).least == 0


def _log_params(found: TableFiles) -> Params:
    """Return the parameters by which a regressor learns logarithms where the metric judges them."""
    return {"log": True} if get_metric(found.target.metric).logs else {}


def _readers(found: TableFiles, of_target: str) -> str:
    of_ids = {"read_texts" if found.text_ids else "read_table"} if found.first_id is None else set()
    of_rows = {"read_texts"} if found.texts or found.group_sign else set()
    if found.numbers or found.categories or found.dates:
        of_rows.add("read_features")
    return ", ".join(sorted({of_target} | of_rows | of_ids))


def _roster(found: TableFiles, kind: str, params: Params) -> str:
    has_table = bool(found.numbers or found.categories or found.dates)
    texts = {*TEXT_MODELS, *(["text-embeddings"] if is_packaged(ENCODER) else [])}
    own = {"text-embeddings": {"encoder": ENCODER, "preprocessor": ENCODER}}
    fitting = [
        name
        for name in proposed_names(kind, found.rows)
        if (has_table and name.startswith("table-")) or (found.texts and name in texts)
    ]
    rows = {name: {**params, **own.get(name, {})} for name in fitting}
    variants = {f"{n}@{variant}": {**params, **more} for n, variant, more in VARIANTS if n in fitting}
    return "\n".join(
        f"        {quoted(name)}: {mapped(given)}," for name, given in {**rows, **variants}.items()
    )
