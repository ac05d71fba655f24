"""Models by name. Nothing heavy is imported until a model is made."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from podium.errors import ModelError
from podium.formatting import did_you_mean
from podium.models.weights import weights_id
from podium.storage.code_version import code_id, library_versions
from podium.storage.hashing import content_id

HANDLES = {"encoder", "preprocessor", "weights"}  # parameters that name files

# Before any module of a model imports TensorFlow, which reads them then. It turns its oneDNN kernels on by
# itself only for newer processors; on plain AVX2 the convolutions here take 1.4 to 2.5 times as long
# without them.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

FACTORIES = {
    "constant": "podium.models.base:constant",
    "gaussian-nb": "podium.models.image.bayes:gaussian_nb",
    "multinomial-nb": "podium.models.image.bayes:multinomial_nb",
    "ridge": "podium.models.image.linear:ridge",
    "sgd": "podium.models.image.linear:sgd",
    "logistic-regression": "podium.models.image.linear:logistic_regression",
    "xgboost": "podium.models.image.trees:xgboost",
    "text-ridge": "podium.models.text.tfidf:ridge",
    "text-sgd": "podium.models.text.tfidf:sgd",
    "text-logistic-regression": "podium.models.text.tfidf:logistic_regression",
    "text-linear-svc": "podium.models.text.tfidf:linear_svc",
    "text-xgboost": "podium.models.text.tfidf:xgboost",
    "text-bernoulli-nb": "podium.models.text.tfidf:bernoulli_nb",
    "text-gaussian-nb": "podium.models.text.tfidf:gaussian_nb",
    "text-complement-nb": "podium.models.text.tfidf:complement_nb",
    "text-multinomial-nb": "podium.models.text.tfidf:multinomial_nb",
    "text-decision-tree": "podium.models.text.tfidf:decision_tree",
    "table-logistic-regression": "podium.models.tabular.pipelines:logistic_regression",
    "table-ridge": "podium.models.tabular.pipelines:ridge",
    "table-random-forest": "podium.models.tabular.pipelines:random_forest",
    "table-hist-gradient-boosting": "podium.models.tabular.pipelines:hist_gradient_boosting",
    "table-xgboost": "podium.models.tabular.pipelines:xgboost",
    "small-bert": "podium.models.text.bert:BertClassifier",
    "bert-svc": "podium.models.text.kernel:bert_svc",
    "mlp": "podium.models.image.digit_cnns:mlp",
    "cnn": "podium.models.image.digit_cnns:cnn",
    "cnn4": "podium.models.image.digit_cnns:cnn4",
    "cnn6": "podium.models.image.digit_cnns:cnn6",
    "scratch-lenet": "podium.models.image.photo_cnns:scratch_lenet",
    "scratch-vgg": "podium.models.image.photo_cnns:scratch_vgg",
    "profesor": "podium.models.image.report_cnns:profesor",
    "propuesto": "podium.models.image.report_cnns:propuesto",
    "propuesto-mejorado": "podium.models.image.report_cnns:propuesto_mejorado",
    "final": "podium.models.image.report_cnns:final",
    "cnn-small": "podium.models.image.report_cnns:cnn_small",
    "cnn-small-reg": "podium.models.image.report_cnns:cnn_small_reg",
    "efficientnetb0": "podium.models.image.report_cnns:efficientnetb0",
    "joint": "podium.models.multimodal:joint",
    "imagenet-zero-shot": "podium.models.image.transfer:ZeroShotClassifier",
    "metadata": "podium.models.image.metadata:metadata",
}
# Those of the names above that can also predict numbers.
REGRESSORS = {
    "constant": "podium.models.base:same_number",
    "metadata": "podium.models.image.metadata:metadata_regressor",
    "time": "podium.models.tabular.pipelines:time_regressor",
    "text-ridge": "podium.models.text.tfidf:ridge_regressor",
    "text-sgd": "podium.models.text.tfidf:sgd_regressor",
    "text-xgboost": "podium.models.text.tfidf:xgboost_regressor",
    "text-knn": "podium.models.text.tfidf:knn_regressor",
    "table-ridge": "podium.models.tabular.pipelines:ridge_regressor",
    "table-random-forest": "podium.models.tabular.pipelines:random_forest_regressor",
    "table-hist-gradient-boosting": "podium.models.tabular.pipelines:hist_gradient_boosting_regressor",
    "table-xgboost": "podium.models.tabular.pipelines:xgboost_regressor",
}
# A name here, a hyphen, and the name of a network in lower case: frozen-vgg16. Networks are those of
# keras.applications, alexnet and resnet18.
FAMILIES = {
    "frozen": "podium.models.image.transfer:frozen",
    "finetune": "podium.models.image.transfer:finetune",
}
REGRESSOR_FAMILIES = {
    "frozen": "podium.models.image.transfer:frozen_regressor",
    "triplet-euclidean": "podium.models.image.siamese:triplet_euclidean",
    "triplet-cosine": "podium.models.image.siamese:triplet_cosine",
    "pair": "podium.models.image.siamese:pair",
}


def create(name: str, params: Mapping[str, Any], seed: int, regression: bool = False) -> Any:
    """A fresh scikit-learn estimator with every `random_state` in it set to `seed`: a classifier, or a
    regressor.

    Raises ModelError for an unknown name or a parameter that its factory does not take.
    """
    path, implied = find(name, regression)
    module, _, factory = path.partition(":")
    with quiet_start():
        make = getattr(importlib.import_module(module), factory)
    try:
        model = make(**implied, **params)
    except TypeError as error:
        raise ModelError(f"model {name!r} must be given parameters it knows, got: {error}") from error
    states = [p for p in model.get_params() if p.rpartition("__")[2] == "random_state"]
    return model.set_params(**dict.fromkeys(states, seed))


def model_id(name: str, params: Mapping[str, Any], seed: int, regression: bool = False) -> str:
    """Changes with whatever a fit depends on besides data: parameters, seed, code, libraries."""
    path, implied = find(name, regression)
    code = code_id(path.partition(":")[0])
    body = implied.get("body", name.partition("@")[0])
    known = {k: weights_id(v, body) if k in HANDLES else v for k, v in params.items()}
    return content_id(path, implied, known, seed, code, versions(name, regression))


def versions(name: str, regression: bool = False) -> dict[str, str | None]:
    """The installed versions of the libraries that a model uses."""
    return library_versions(find(name, regression)[0].partition(":")[0])


def find(name: str, regression: bool = False) -> tuple[str, dict[str, str]]:
    """The factory of a model, or of one of its variants (model@variant), and the parameters that its
    name says. Raises ModelError for a name that is none, or one that cannot predict numbers."""
    model = name.partition("@")[0]
    own, other = (REGRESSORS, FACTORIES) if regression else (FACTORIES, REGRESSORS)
    families = REGRESSOR_FAMILIES if regression else FAMILIES
    if model in own:
        return own[model], {}
    for family, path in families.items():
        if model.startswith(f"{family}-") and (body := model.removeprefix(f"{family}-")):
            return path, {"body": body}
    known = [*own, *(f"{family}-mobilenet" for family in families)]
    if model in other:
        need = "predict numbers here, but tells classes" if regression else "tell classes here, not numbers"
        raise ModelError(f"model {name!r} must {need}; choose of {', '.join(known)}")
    raise ModelError(f"no model {name!r}; {did_you_mean(name, known)}")


@contextmanager
def quiet_start() -> Iterator[None]:
    """TensorFlow greets on standard error, from C++ and before any log level counts: at its import, and
    when it first looks for devices. What is said before an error is not lost."""
    sys.stderr.flush()
    before = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            yield
            if "tensorflow" in sys.modules:
                sys.modules["tensorflow"].config.list_logical_devices()
        except BaseException:
            said.seek(0)
            os.write(before, said.read())
            raise
        finally:
            os.dup2(before, 2)
            os.close(before)
