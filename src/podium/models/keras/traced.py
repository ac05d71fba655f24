"""Networks that have been traced, kept for the next fit.

TensorFlow traces a network before its first step, which on little data takes longer than the training. The
folds of a model, and its seeds, differ in their weights alone, so one network is traced and serves them all:
it takes the state of a fresh one, is trained, and gives its weights back. A fitted estimator has networks of
its own, and nothing that is kept refers to them.

A process that only predicts keeps none: there each fitted network is traced once, however many there are.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary, ref

import keras

MOST_KEPT = 4  # networks


@dataclass
class TracedNetwork:
    """A network with an optimiser and the compiled `step` that trains it. It stands in for networks of the
    same layers, one at a time."""

    network: keras.Model
    optimizer: keras.optimizers.Optimizer
    step: Any
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.start = [variable.numpy() for variable in self.optimizer.variables]

    @contextmanager
    def training(self, network: keras.Model) -> Iterator[None]:
        """Train in place of a network: begin with its state, that of its random layers too, and with an
        optimiser that has not yet made a step; in the end give it the weights."""
        with self.lock:
            for variable, value in zip(self.network.variables, network.variables, strict=True):
                variable.assign(value)
            for variable, first in zip(self.optimizer.variables, self.start, strict=True):
                variable.assign(first)
            yield
            network.set_weights(self.network.get_weights())
        _trained_by[network] = ref(self)

    @contextmanager
    def predicting(self, network: keras.Model) -> Iterator[keras.Model]:
        """Give the traced network, with the weights of this one."""
        with self.lock:
            self.network.set_weights(network.get_weights())
            yield self.network


_kept: OrderedDict[Any, tuple[Any, TracedNetwork]] = OrderedDict()
_lock = Lock()
_trained_by: WeakKeyDictionary[keras.Model, ref[TracedNetwork]] = WeakKeyDictionary()
_beginnings: WeakKeyDictionary[keras.Model, keras.Model] = WeakKeyDictionary()


def traced(
    function: Callable[..., Any], settings: object, make: Callable[[], TracedNetwork]
) -> TracedNetwork:
    """Return the network that is kept for what `function` makes by these settings, or make one. What the
    graph depends on is either of the function, with its arguments if it is partial, or of the settings.

    A function that is not of a module has none kept: another one may have its name.
    """
    innermost = getattr(function, "func", function)
    try:
        key = (id(innermost), pickle.dumps((function, settings)))
    except (pickle.PicklingError, AttributeError, TypeError):
        return make()
    with _lock:
        if key not in _kept:
            _kept[key] = (innermost, make())  # a function that is held keeps its id
        _kept.move_to_end(key)
        if len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
        return _kept[key][1]


@contextmanager
def predicting(network: keras.Model) -> Iterator[keras.Model]:
    """Give a network that predicts what this one does: the traced one that trained it, if it is still kept,
    else this one itself."""
    trained_by = _trained_by.get(network)
    kept = trained_by() if trained_by else None
    if kept is None:
        yield network
    else:
        with kept.predicting(network) as same:
            yield same


def up_to(network: keras.Model, layer: str) -> keras.Model:
    """Return the network up to a layer: always the same one of the same network, so that it is traced
    once."""
    if network not in _beginnings:
        _beginnings[network] = keras.Model(network.input, network.get_layer(layer).output)
    return _beginnings[network]
