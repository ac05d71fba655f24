"""Networks of `keras.applications` and two that it lacks, with weights from a file, from PODIUM_WEIGHTS,
from Keras, or none."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from podium.errors import ModelError
from podium.formatting import did_you_mean
from podium.models.image import alexnet_resnet18 as classic
from podium.models.weights import imagenet_file, local

APPLICATIONS = {
    name.lower(): make
    for name, make in vars(keras.applications).items()
    if callable(make) and not name.startswith("_")
} | {"alexnet": classic.alexnet, "resnet18": classic.resnet18}


def load_body(name: str, weights: str | None, cut: str | None, shape: tuple[int, ...]) -> keras.Model:
    """Return the network called `name` without its classifier, up to the layer called `cut` where one is
    given: from preprocessed images (n, *shape) to feature maps (n, h, w, c).

    Raises ModelError for an unknown name or layer, and where there are no such weights.
    """
    make = _application(name)
    place = _place(name, weights, top=False)
    if weights == "imagenet" and place is None:
        return _cut(name, _downloaded(name, include_top=False, input_shape=shape), cut)
    whole = make(include_top=False, weights=None, input_shape=shape)
    body = _cut(name, whole, cut)
    if place is not None:
        _load(place, body, whole)
    return body


def load_classifier(name: str, weights: str | None, shape: tuple[int, ...]) -> keras.Model:
    """Return the whole network: from preprocessed images to the probabilities of ImageNet's thousand
    classes."""
    make = _application(name)
    place = _place(name, weights, top=True)
    if weights == "imagenet" and place is None:
        return _downloaded(name, include_top=True, input_shape=shape)
    network = make(weights=None, input_shape=shape)
    if place is not None:
        _load(place, network)
    return network


def preprocessing(name: str) -> Callable[[Any], Any]:
    """Return the function from images of 0..255 to the inputs that the network called `name` takes."""
    module = sys.modules[_application(name).__module__]
    found: Callable[[Any], Any] = module.preprocess_input
    return found


def _application(name: str) -> Callable[..., keras.Model]:
    if name not in APPLICATIONS:
        raise ModelError(f"no body {name!r}; {did_you_mean(name, APPLICATIONS)}")
    return APPLICATIONS[name]


def _cut(name: str, network: keras.Model, layer: str | None) -> keras.Model:
    if layer is None:
        return network
    known = [x.name for x in network.layers]
    if layer not in known:
        raise ModelError(f"no layer {layer!r} in {name}; {did_you_mean(layer, known)}")
    return keras.Model(network.input, network.get_layer(layer).output)


def _place(name: str, weights: str | None, top: bool) -> Path | None:
    if weights is None:
        return None
    place = imagenet_file(name, top) if weights == "imagenet" else local(weights)
    if place is None and weights != "imagenet":
        raise ModelError(
            f"weights {weights!r} must be a file or lie in the folder PODIUM_WEIGHTS, found neither; "
            "mend the name or set the variable"
        )
    return place


def _load(place: Path, *networks: keras.Model) -> None:
    """Load the weights into the first network that the file fits."""
    complaint: Exception | None = None
    for network in networks:
        try:
            return network.load_weights(place)
        except (ValueError, OSError, KeyError) as error:
            complaint = error
    lines = str(complaint).strip().splitlines()
    raise ModelError(
        f"{place} must hold weights of this network, got: {lines[0] if lines else complaint!r}; take another"
    ) from complaint


def _downloaded(name: str, **options: Any) -> keras.Model:
    try:
        return _application(name)(weights="imagenet", **options)
    except Exception as error:  # whatever the download raises
        top = "the classifier on top" if options["include_top"] else "no top"
        raise ModelError(
            f"weights 'imagenet' of {name!r} must be in Keras' cache, downloadable, or a file {name}*.h5 "
            f"with {top} in the folder PODIUM_WEIGHTS, got: {str(error).strip().splitlines()[0]}; connect, "
            "or set the variable"
        ) from error
