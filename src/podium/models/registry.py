"""Models by name: one row for each, saying which tasks and which rows it takes. Nothing heavy is imported
until a model is made.

A factory is called as `factory(task, **params)` and returns a scikit-learn estimator. Where there are several
targets and the model's row does not say that it takes them, it is called with the task of one target, and
each target gets a copy of the model.

Names come from three places: the rows here, those that other packages add by the entry point `podium.models`,
and factories of a competition's own folder, which a roster entry names by the parameter `factory`.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from podium.errors import ModelError
from podium.formatting import did_you_mean, sample
from podium.models.cost import (
    FEATURES,
    INSTANT,
    LINEAR,
    NETWORK,
    TRANSFORMER,
    TREES,
    Cost,
)
from podium.models.weights import weights_id
from podium.storage.code_version import fit_code_id, library_versions
from podium.storage.hashing import content_id
from podium.storage.plugins import load_plugin, plugin_names

if TYPE_CHECKING:  # naming a model must not wait for numpy
    from podium.data.modality import Modality
    from podium.data.task import Task

GROUP = "podium.models"
EACH_TARGET = "podium.models.each_target"
EXTRAS = {"catboost": "podium[boost]", "lightgbm": "podium[boost]"}  # library: what to install for it
HANDLES = {"encoder", "preprocessor", "weights"}  # parameters that name files

# Before any module of a model imports TensorFlow, which reads them then. It turns its oneDNN kernels on by
# itself only for newer processors; on plain AVX2 the convolutions here take 1.4 to 2.5 times as long
# without them.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
# Before anything loads OpenMP, which reads it then. Its threads else keep a core busy while they wait for
# each other: beside another busy process boosting takes ten to sixty times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@dataclass(frozen=True)
class ModelRow:
    """`factory` is "module:function". `tasks` are the kinds of task that it takes; `takes` are kinds of
    rows, of which a data set must feed at least one, and empty where it takes any. A model that `embeds`
    has, fitted, a last step with the method `embed`. The parameters `implied` by a name are given to the
    factory. With `several_targets` one fit predicts all targets. `cost` says what a fit asks of a machine.
    Beyond `most_rows` it takes too long to be proposed. A `library` that it needs is not among podium's own:
    an extra brings it."""

    factory: str
    tasks: frozenset[str]
    takes: frozenset[str] = frozenset()
    embeds: bool = False
    implied: Mapping[str, Any] = None  # type: ignore[assignment]
    several_targets: bool = False
    cost: Cost = LINEAR
    most_rows: int | None = None
    library: str = ""

    def is_installed(self) -> bool:
        """Return whether the library that it needs is there."""
        return not self.library or importlib.util.find_spec(self.library) is not None


CLASSES = frozenset({"classification"})
LABEL_SETS = frozenset({"multilabel"})  # a copy of any model of two classes for each label
NUMBERS = frozenset({"regression"})
BOTH = CLASSES | NUMBERS
ANY_TASK = BOTH | LABEL_SETS
PIXELS = frozenset({"array", "image"})
ARRAY = frozenset({"array"})
IMAGE = frozenset({"image"})
TEXT = frozenset({"text"})
TABLE = frozenset({"table"})
MULTIMODAL = frozenset({"multimodal"})

MODELS = {
    "constant": ModelRow("podium.models.baseline:constant", BOTH, cost=INSTANT),
    "gaussian-nb": ModelRow("podium.models.image.pixels:gaussian_nb", CLASSES, PIXELS, cost=INSTANT),
    "multinomial-nb": ModelRow("podium.models.image.pixels:multinomial_nb", CLASSES, PIXELS, cost=INSTANT),
    "ridge": ModelRow("podium.models.image.pixels:ridge", BOTH, PIXELS),
    "sgd": ModelRow("podium.models.image.pixels:sgd", BOTH, PIXELS),
    "logistic-regression": ModelRow("podium.models.image.pixels:logistic_regression", CLASSES, PIXELS),
    "xgboost": ModelRow("podium.models.image.pixels:xgboost", BOTH, PIXELS, cost=TREES),
    "mlp": ModelRow(
        "podium.models.image.digit_cnns:mlp", ANY_TASK, ARRAY, several_targets=True, cost=NETWORK
    ),
    "cnn": ModelRow(
        "podium.models.image.digit_cnns:cnn", ANY_TASK, ARRAY, several_targets=True, cost=NETWORK
    ),
    "cnn4": ModelRow(
        "podium.models.image.digit_cnns:cnn4", ANY_TASK, ARRAY, several_targets=True, cost=NETWORK
    ),
    "cnn6": ModelRow(
        "podium.models.image.digit_cnns:cnn6", ANY_TASK, ARRAY, several_targets=True, cost=NETWORK
    ),
    "text-ridge": ModelRow("podium.models.text.tfidf:ridge", BOTH, TEXT),
    "text-sgd": ModelRow("podium.models.text.tfidf:sgd", BOTH, TEXT),
    "text-logistic-regression": ModelRow("podium.models.text.tfidf:logistic_regression", CLASSES, TEXT),
    "text-linear-svc": ModelRow("podium.models.text.tfidf:linear_svc", CLASSES, TEXT),
    "text-xgboost": ModelRow("podium.models.text.tfidf:xgboost", BOTH, TEXT, cost=TREES),
    "text-bernoulli-nb": ModelRow("podium.models.text.tfidf:bernoulli_nb", CLASSES, TEXT, cost=INSTANT),
    "text-gaussian-nb": ModelRow("podium.models.text.tfidf:gaussian_nb", CLASSES, TEXT),
    "text-complement-nb": ModelRow("podium.models.text.tfidf:complement_nb", CLASSES, TEXT, cost=INSTANT),
    "text-multinomial-nb": ModelRow("podium.models.text.tfidf:multinomial_nb", CLASSES, TEXT, cost=INSTANT),
    "text-decision-tree": ModelRow("podium.models.text.tfidf:decision_tree", CLASSES, TEXT),
    "text-knn": ModelRow("podium.models.text.tfidf:knn", NUMBERS, TEXT, several_targets=True),
    "text-embeddings": ModelRow(
        "podium.models.text.embeddings:text_embeddings",
        BOTH,
        TEXT,
        cost=TRANSFORMER,
        most_rows=30_000,
    ),
    "bert-svc": ModelRow("podium.models.text.kernel:bert_svc", CLASSES, TEXT, cost=TRANSFORMER),
    "small-bert": ModelRow(
        "podium.models.text.bert:small_bert", ANY_TASK, TEXT, several_targets=True, cost=TRANSFORMER
    ),
    "table-logistic-regression": ModelRow(
        "podium.models.tabular.pipelines:logistic_regression", CLASSES, TABLE
    ),
    "table-ridge": ModelRow("podium.models.tabular.pipelines:ridge", BOTH, TABLE),
    "table-knn": ModelRow("podium.models.tabular.pipelines:knn", BOTH, TABLE, most_rows=50_000),
    "table-svm": ModelRow("podium.models.tabular.pipelines:svm", BOTH, TABLE, cost=TREES, most_rows=5_000),
    "table-gp": ModelRow(
        "podium.models.tabular.pipelines:gaussian_process", BOTH, TABLE, cost=TREES, most_rows=800
    ),
    "table-extra-trees": ModelRow(
        "podium.models.tabular.pipelines:extra_trees", ANY_TASK, TABLE, several_targets=True, cost=TREES
    ),
    "table-random-forest": ModelRow(
        "podium.models.tabular.pipelines:random_forest", ANY_TASK, TABLE, several_targets=True, cost=TREES
    ),
    "table-hist-gradient-boosting": ModelRow(
        "podium.models.tabular.pipelines:hist_gradient_boosting", BOTH, TABLE, cost=TREES
    ),
    "table-xgboost": ModelRow("podium.models.tabular.pipelines:xgboost", BOTH, TABLE, cost=TREES),
    "table-lightgbm": ModelRow(
        "podium.models.tabular.pipelines:lightgbm", BOTH, TABLE, cost=TREES, library="lightgbm"
    ),
    "table-catboost": ModelRow(
        "podium.models.tabular.pipelines:catboost", BOTH, TABLE, cost=TREES, library="catboost"
    ),
    "time": ModelRow(
        "podium.models.tabular.pipelines:time", NUMBERS, TABLE, several_targets=True, cost=TREES
    ),
    "scratch-lenet": ModelRow(
        "podium.models.image.photo_cnns:scratch_lenet", ANY_TASK, IMAGE, several_targets=True, cost=NETWORK
    ),
    "scratch-vgg": ModelRow(
        "podium.models.image.photo_cnns:scratch_vgg", ANY_TASK, IMAGE, several_targets=True, cost=NETWORK
    ),
    "imagenet-zero-shot": ModelRow("podium.models.image.transfer:zero_shot", CLASSES, IMAGE, cost=FEATURES),
    "metadata": ModelRow("podium.models.image.metadata:metadata", BOTH, IMAGE, cost=TREES),
    "joint": ModelRow(
        "podium.models.multimodal:joint", ANY_TASK, MULTIMODAL, several_targets=True, cost=TRANSFORMER
    ),
}
# A name here, a hyphen, and the name of a network in lower case: frozen-vgg16. Networks are those of
# keras.applications, alexnet and resnet18.
FAMILIES = {
    "frozen": ModelRow("podium.models.image.transfer:frozen", BOTH, IMAGE, cost=FEATURES),
    "finetune": ModelRow(
        "podium.models.image.transfer:finetune", ANY_TASK, IMAGE, several_targets=True, cost=NETWORK
    ),
    "triplet-euclidean": ModelRow(
        "podium.models.image.siamese:triplet_euclidean", NUMBERS, IMAGE, embeds=True, cost=NETWORK
    ),
    "triplet-cosine": ModelRow(
        "podium.models.image.siamese:triplet_cosine", NUMBERS, IMAGE, embeds=True, cost=NETWORK
    ),
    "pair": ModelRow("podium.models.image.siamese:pair", NUMBERS, IMAGE, embeds=True, cost=NETWORK),
}


def create(name: str, params: Mapping[str, Any], seed: int, task: Task) -> Any:
    """Return a fresh scikit-learn estimator for the task, every `random_state` in it set to `seed`.

    Raises ModelError for an unknown name, a task that the model does not take, or a parameter that its
    factory does not take.
    """
    row = find(name, [task.kind], params)
    if not row.is_installed():
        extra = EXTRAS.get(row.library, row.library)
        raise ModelError(
            f"model {name!r} must have the library {row.library}, found none; run: pip install '{extra}'"
        )
    module, _, function = row.factory.partition(":")
    with quiet_start():
        factory = getattr(importlib.import_module(module), function)
    given = {key: value for key, value in params.items() if key != "factory"}
    one_target = None if row.several_targets else task.one_target
    try:
        model = factory(one_target or task, **(row.implied or {}), **given)
    except TypeError as error:
        raise ModelError(f"model {name!r} must be given parameters it knows, got: {error}") from error
    if one_target:
        model = importlib.import_module(EACH_TARGET).EachTarget(model)
    states = [p for p in model.get_params() if p.rpartition("__")[2] == "random_state"]
    return model.set_params(**dict.fromkeys(states, seed))


def require_rows(name: str, params: Mapping[str, Any], task: Task, modality: Modality) -> None:
    """Raise ModelError if the model does not take rows of this kind."""
    takes = find(name, [task.kind], params).takes
    if takes and not takes & modality.feeds:
        raise ModelError(
            f"model {name!r} must be given {' or '.join(sorted(takes))} rows, got {modality.name} rows; "
            "choose another model"
        )


def model_id(name: str, params: Mapping[str, Any], seed: int, task: Task) -> str:
    """Return an id that changes with whatever a fit depends on besides data: parameters, seed, code,
    libraries."""
    row = find(name, [task.kind], params)
    implied = row.implied or {}
    body = implied.get("body", name.partition("@")[0])
    known = {k: weights_id(v, body) if k in HANDLES else v for k, v in params.items()}
    module = row.factory.partition(":")[0]
    several = [] if row.several_targets or not task.one_target else [fit_code_id(EACH_TARGET)]
    libraries = library_versions(module)
    return content_id(row.factory, implied, known, seed, fit_code_id(module), libraries, task.kind, *several)


def versions(name: str, params: Mapping[str, Any], kind: str) -> dict[str, str | None]:
    """Return the installed versions of the libraries that a model uses."""
    return library_versions(find(name, [kind], params).factory.partition(":")[0])


def embeds(name: str, params: Mapping[str, Any], task: Task) -> bool:
    """Return whether the model, fitted, can say where it puts a row."""
    try:
        row = find(name, [task.kind], params)
    except ModelError:  # of an earlier version, perhaps
        return False
    return row.embeds and (row.several_targets or task.one_target is None)


def embeddings(model: Any, X: Any) -> Any:
    """Return where a fitted pipeline whose last step embeds puts rows of X (n, w)."""
    return model[-1].embed(model[:-1].transform(X))


def find(name: str, kinds: Collection[str], params: Mapping[str, Any] | None = None) -> ModelRow:
    """Return the row of a model, or of one of its variants (model@variant), that takes one of the kinds of
    task.

    Raises ModelError for a name that is none, or a model that takes other tasks.
    """
    if params and "factory" in params:
        return ModelRow(str(params["factory"]), ANY_TASK, several_targets=True, cost=NETWORK)
    model = name.partition("@")[0]
    row = MODELS.get(model) or _of_family(model) or load_plugin(GROUP, model, ModelRow, ModelError)
    if row is None:
        raise ModelError(f"no model {name!r}; {did_you_mean(name, known_names(kinds))}")
    if not _takes_one_of(row, kinds):
        raise ModelError(
            f"model {name!r} must take a {' or '.join(sorted(kinds))} task, "
            f"takes {sample(sorted(row.tasks))}; "
            f"choose of {sample(known_names(kinds), most=8)}"
        )
    return row


def is_known(name: str, params: Mapping[str, Any], task: Task) -> bool:
    """Return whether there still is a model of this name for the task."""
    try:
        find(name, [task.kind], params)
    except ModelError:
        return False
    return True


def known_names(kinds: Collection[str]) -> list[str]:
    """Return the names of the models that take one of the kinds of task; of a family its smallest member."""
    own = [name for name, row in MODELS.items() if _takes_one_of(row, kinds)]
    families = [f"{name}-mobilenet" for name, row in FAMILIES.items() if _takes_one_of(row, kinds)]
    return [*own, *families, *plugin_names(GROUP)]


def proposed_names(kind: str, rows: int) -> list[str]:
    """Return the names of the models that take a kind of task, end in time on as many rows, and have all that
    they need here."""
    found = {name: find(name, [kind]) for name in known_names([kind])}
    return [
        name
        for name, row in found.items()
        if row.is_installed() and (row.most_rows is None or rows <= row.most_rows)
    ]


def _takes_one_of(row: ModelRow, kinds: Collection[str]) -> bool:
    """Return whether a model takes a task of one of the kinds, or each of its several labels alone."""
    taken = row.tasks | LABEL_SETS if row.tasks & CLASSES else row.tasks
    return bool(taken & set(kinds))


def _of_family(model: str) -> ModelRow | None:
    for family, row in FAMILIES.items():
        body = model.removeprefix(f"{family}-")
        if body and body != model:
            return replace(row, implied={"body": body})
    return None


@contextmanager
def quiet_start() -> Iterator[None]:
    """Hold back what TensorFlow says on standard error when it is imported and when it first looks for
    devices, from C++ and before any log level counts. What is said before an error is not lost."""
    sys.stderr.flush()
    before = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
            if "tensorflow" in sys.modules:
                sys.modules["tensorflow"].config.list_logical_devices()
        except BaseException:
            held.seek(0)
            os.write(before, held.read())
            raise
        finally:
            os.dup2(before, 2)
            os.close(before)
