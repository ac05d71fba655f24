"""What to fit next: what is cheap and promising first, and nothing that the time does not suffice for."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from podium.pipeline.engine import Fit

FINISH = 5.0  # seconds for the leaderboard, the submission and the page
FINISH_A_ROW = 3e-5  # seconds for the blends, for each row of each model
OPTIMISM = 10.0  # how many times quicker a fit may be than a hint says


def deadline(started: float, budget: float, rows: int, models: int) -> float:
    """Return when the fits of a run must end (of `time.monotonic`), so that what follows them ends within the
    budget of seconds: the blends of so many models of so many rows, the leaderboard and the page."""
    finish = FINISH + FINISH_A_ROW * rows * models
    return started + budget - min(finish, budget / 2)


@dataclass
class Plan:
    """The fits of a model that are still to be done, in the order of the folds.

    `seconds` is how long a fit takes: a hint until it `is_measured`. `gain` is the score of the first fold,
    higher for better, once there is one. A model with `is_owed` is fitted whatever the time.
    """

    waiting: list[Fit]
    seconds: float
    is_measured: bool = False
    gain: float | None = None
    is_owed: bool = False
    running: int = 0
    measured: list[float] = field(default_factory=list)

    @property
    def has_begun(self) -> bool:
        return self.gain is not None or self.running > 0

    def learn(self, seconds: float) -> None:
        """Take note of how long a fit took."""
        self.measured.append(seconds)
        self.seconds = sum(self.measured) / len(self.measured)
        self.is_measured = True

    def expect(self, seconds: float) -> None:
        """Take note of how long fits like these took."""
        if not self.is_measured:
            self.seconds = seconds
            self.is_measured = True


class Schedule:
    """A queue of fits in the order in which they are worth their time.

    The next fit is of the model begun that has the best score on its first fold, or the first fit of the
    cheapest model that has not begun, whichever is sooner done with: all that is left of the one, one fold
    of the other. So cheap models are tried at once, a dear one when the good cheap ones are complete, and a
    hopeless one gets its second fold last.

    With a `deadline` (of `time.monotonic`) no fit starts of a model that, as its first fit was measured,
    could not be completed before it; what still runs then is to be given up. Nor does a model begin where
    its first fit would leave too little time to complete the best one begun: half a model is worth nothing.
    """

    def __init__(self, deadline: float | None = None, side_by_side: int = 1):
        self.deadline = math.inf if deadline is None else deadline
        self.side_by_side = side_by_side
        self.plans: dict[str, Plan] = {}

    def add(self, model: str, plan: Plan) -> None:
        """Add a model's fits."""
        self.plans[model] = plan

    def next_fit(self) -> Fit | None:
        """Return the fit to start next; None where none is left that the time suffices for."""
        plans = [plan for plan in self.plans.values() if plan.waiting and self.is_possible(plan)]
        if not plans:
            return None
        return min(self._choices(plans), key=lambda choice: choice[0])[1].waiting[0]

    def start(self, fit: Fit) -> None:
        """Take note that a fit runs now."""
        plan = self.plans[fit.job.model]
        plan.waiting.remove(fit)
        plan.running += 1

    def fitted(self, fit: Fit, seconds: float, gain: float) -> None:
        """Take note of how long a fit took, and of its score, higher for better."""
        plan = self.plans[fit.job.model]
        plan.running -= 1
        plan.learn(seconds)
        if fit.fold == 0 or plan.gain is None:
            plan.gain = gain

    def drop(self, model: str) -> None:
        """Fit no further folds of a model, one of which has failed."""
        self.plans[model].waiting.clear()

    def is_over(self) -> bool:
        """Return whether the time is up, and no model is owed."""
        owed = [plan for plan in self.plans.values() if plan.is_owed]
        return self._left() <= 0 and not any(plan.running or plan.waiting for plan in owed)

    def has_time(self, seconds: float) -> bool:
        """Return whether so many seconds are left."""
        return seconds <= self._left()

    def is_possible(self, plan: Plan) -> bool:
        """Return whether the time suffices for all that is left of a model; of one that no fit has been
        measured of, whether it may suffice for a first."""
        if plan.is_owed:
            return True
        if not plan.is_measured:
            return plan.seconds / OPTIMISM <= self._left()
        return self._seconds_left(plan) <= self._left()

    def _seconds_left(self, plan: Plan) -> float:
        """Return how long all that is left of a model takes."""
        return plan.seconds * math.ceil(len(plan.waiting) / self._at_once(plan))

    def _left(self) -> float:
        return self.deadline - time.monotonic()

    def _at_once(self, plan: Plan) -> int:
        return 1 if plan.waiting[0].cost.all_cores else self.side_by_side

    def _choices(self, plans: Sequence[Plan]) -> list[tuple[float, Plan]]:
        """Return the model to go on with, and the one to begin with, each with the seconds that it takes."""
        scored = {plan.gain: plan for plan in plans if plan.gain is not None}
        unbegun = [plan for plan in plans if not plan.has_begun]
        best = scored[max(scored)] if scored else None
        spare = self._left() - (self._seconds_left(best) if best else 0.0)
        choices = []
        if unbegun:
            cheapest = min(unbegun, key=lambda plan: plan.seconds)
            if cheapest.seconds <= spare or not best:
                choices.append((cheapest.seconds, cheapest))
        if best:
            choices.append((best.seconds * len(best.waiting), best))
        return choices or [(plan.seconds, plan) for plan in plans]
