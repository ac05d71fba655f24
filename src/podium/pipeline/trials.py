"""The trials of a search for better parameters: what each gave, and which parameters to try next.

What to try next is a function of the trials so far and of the seed, so that a search that was stopped goes on
as if it had not been. Optuna answers it from trials that are given to it anew each time: its own files lose a
search whose last line is cut, and wait half a minute for the lock of a process that was killed.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from podium.models.search_space import Space
from podium.storage.store import Store

if TYPE_CHECKING:  # an extra, and it takes seconds to import
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

RUNNING = "running"
COMPLETE = "complete"
STOPPED = "stopped"
FAILED = "failed"
DIGITS = 4  # of a number to try


@dataclass(frozen=True)
class Trial:
    """Parameters and what they gave. Trial 0 has the roster's own; its `params` are those of them that lie in
    the search space, for others to be compared with.

    `score` is that of the `folds` that are finished, `worth` the same number as one that is larger for
    better, `others` (k,) the worths on all folds but one. `job_id` is the id of the fits, `reason` says why
    there are none.
    """

    number: int
    params: Mapping[str, Any]
    job_id: str
    state: str = RUNNING
    folds: int = 0
    score: float | None = None
    worth: float | None = None
    others: tuple[float, ...] = ()
    reason: str = ""


@dataclass
class Trials:
    """The trials of a search, in the order of their numbers, as a file holds them."""

    store: Store
    path: Path
    known: list[Trial] = field(default_factory=list)

    @classmethod
    def read(cls, store: Store, path: Path) -> Trials:
        """Return what a file holds; no trials where there is none that can be read."""
        found = store.read_json(path) or []
        return cls(store, path, [Trial(**{**facts, "others": tuple(facts["others"])}) for facts in found])

    def put(self, trial: Trial) -> None:
        """Add a trial, or put it into the place of the one of its number, and write the file."""
        self.known[trial.number : trial.number + 1] = [trial]
        self.store.write_json(self.path, [asdict(trial) for trial in self.known])

    def of(self, state: str) -> list[Trial]:
        """Return the trials in a state."""
        return [trial for trial in self.known if trial.state == state]

    @property
    def best(self) -> Trial:
        """Return the best complete trial; the first of equal ones."""
        return max(self.of(COMPLETE), key=lambda trial: trial.worth or 0.0)

    def best_without(self, fold: int) -> Trial:
        """Return the trial that is best on all folds but one; the first of equal ones."""
        return max(self.of(COMPLETE), key=lambda trial: trial.others[fold])


def propose(trials: Sequence[Trial], space: Space, seed: int) -> dict[str, Any]:
    """Return the parameters to try next, by a tree-structured Parzen estimator (Bergstra et al. 2011,
    "Algorithms for Hyper-Parameter Optimization"), which takes the first ten at random."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    distributions = {name: _distribution(values) for name, values in space.items()}
    own_seed = int(np.random.SeedSequence([seed, len(trials)]).generate_state(1)[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # `constant_liar`, for trials that run side by side, may change
        sampler = optuna.samplers.TPESampler(seed=own_seed, constant_liar=True)
        study = optuna.create_study(direction="maximize", sampler=sampler)
        study.add_trials([_as_optuna(trial, distributions) for trial in trials])
        proposed = study.ask(distributions).params
    return {name: _rounded(value, space[name]) for name, value in proposed.items()}


def known_values(model: Any, space: Space) -> dict[str, Any]:
    """Return the values that an estimator has for parameters of the space, of those that lie in it."""
    held = model.get_params()
    values = {}
    for name, allowed in space.items():
        found = [value for key, value in held.items() if key.rpartition("__")[2] == name]
        if len(found) == 1 and _is_in(found[0], allowed):
            values[name] = found[0] if isinstance(allowed, list) else type(allowed[0])(found[0])
    return values


def _is_in(value: Any, allowed: Sequence[Any]) -> bool:
    if isinstance(allowed, list):
        return value in allowed
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and allowed[0] <= value <= allowed[1]


def _distribution(values: Sequence[Any]) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(values, list):
        return CategoricalDistribution(values)
    low, high, *scale = values
    kind = IntDistribution if isinstance(low, int) else FloatDistribution
    return kind(low, high, log=bool(scale))


def _rounded(value: Any, allowed: Sequence[Any]) -> Any:
    """Return a number with as many digits as a person can read."""
    if not isinstance(value, float) or isinstance(allowed, list):
        return value
    return min(max(float(f"{value:.{DIGITS}g}"), allowed[0]), allowed[1])


def _as_optuna(trial: Trial, distributions: Mapping[str, BaseDistribution]) -> FrozenTrial:
    """Return a trial as Optuna knows it; of one that was stopped, what it scored until then."""
    from optuna.trial import TrialState, create_trial

    states = {
        RUNNING: TrialState.RUNNING,
        COMPLETE: TrialState.COMPLETE,
        STOPPED: TrialState.PRUNED,
        FAILED: TrialState.FAIL,
    }
    return create_trial(
        params=dict(trial.params),
        distributions={name: distributions[name] for name in trial.params},
        state=states[trial.state],
        value=trial.worth if trial.state == COMPLETE else None,
        intermediate_values={trial.folds: trial.worth} if trial.state == STOPPED else None,
    )
