"""Networks that have been traced, kept for the next fit.

TensorFlow traces a network before its first step, which on little data takes longer than the training. The
folds of a model, and its seeds, differ in their weights alone, so one network is traced and serves them all:
it takes the state of a fresh one, is trained, and gives its weights back.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import keras

MOST_KEPT = 4  # networks


@dataclass
class TracedNetwork:
    """A network with an optimiser and the compiled `step` that trains it. Whoever uses it holds the
    `lock`."""

    network: keras.Model
    optimizer: keras.optimizers.Optimizer
    step: Any
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.start = [variable.numpy() for variable in self.optimizer.variables]

    def begin(self, fresh: keras.Model) -> None:
        """Take the state of a network of the same layers, that of its random layers too, with an optimiser
        that has not yet made a step."""
        for variable, value in zip(self.network.variables, fresh.variables, strict=True):
            variable.assign(value)
        for variable, first in zip(self.optimizer.variables, self.start, strict=True):
            variable.assign(first)

    def take_weights(self, network: keras.Model) -> keras.Model:
        """Return the network that is kept, with the weights of another of the same layers."""
        self.network.set_weights(network.get_weights())
        return self.network


_kept: OrderedDict[Any, tuple[Any, TracedNetwork]] = OrderedDict()
_lock = Lock()


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
