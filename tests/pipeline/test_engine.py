"""Engines: what they yield, in which company a fit runs, and what becomes of one that fails."""

import numpy as np
import pytest

from podium.errors import DataError
from podium.models.cost import Cost
from podium.pipeline import engine as module
from podium.pipeline.engine import Failed, Fit, Fitted, SerialEngine, WorkerEngine
from podium.pipeline.fit import Job
from podium.pipeline.folds import Folds
from podium.pipeline.process_engine import ProcessEngine
from podium.pipeline.progress import SilentProgress
from podium.pipeline.schedule import Plan, Schedule
from support.makers import make_dataset

NARROW = Cost()
WIDE = Cost(all_cores=True)
DATASET = make_dataset(np.arange(12) % 2, X=np.arange(12.0)[:, None], X_test=np.zeros((3, 1)))
FOLDS = Folds(np.arange(12) % 3)


def make_schedule(**costs):
    schedule = Schedule()
    for seconds, (name, cost) in enumerate(costs.items(), start=1):
        fits = [Fit(Job(name, {}, 0), fold, cost) for fold in range(3)]
        schedule.add(name, Plan(fits, float(seconds)))
    return schedule


def results(engine, schedule):
    """What an engine yields, with the schedule told of it as a run does."""
    found = []
    for result in engine.run(schedule, SilentProgress()):
        found.append(result)
        if isinstance(result, Failed):
            schedule.drop(result.fit.job.model)
        else:
            schedule.fitted(result.fit, 1.0, 0.0)
    return found


class Pretended(WorkerEngine):
    """Workers that are none: a fit ends when it is looked at, the newest first; `dying` names models whose
    worker dies so many times."""

    cores = 2

    def __init__(self, **dying):
        super().__init__()
        self.dying = dying
        self.company = []  # what runs whenever a fit is started

    def _has_room(self, fit):
        return ProcessEngine._has_room(self, fit)

    def _require_memory(self, fit):
        module.require_memory(fit)

    def _submit(self, fit):
        self.company.append([*(other.job.model for other in self.running.values()), fit.job.model])
        return object()

    def _finished(self):
        return [list(self.running)[-1]]

    def _result(self, handle, fit):
        if self.dying.get(fit.job.model, 0):
            self.dying[fit.job.model] -= 1
            return self._died(fit)
        return Fitted(fit, b"", {})

    def _tell_epochs(self, listener):
        pass

    def close(self):
        pass


def test_every_fit_is_yielded_once_in_whatever_order_it_ends():
    found = results(Pretended(), make_schedule(a=NARROW, b=NARROW))
    assert sorted((result.fit.job.model, result.fit.fold) for result in found) == [
        (model, fold) for model in "ab" for fold in range(3)
    ]


def test_fits_of_one_thread_share_the_cores_and_one_that_uses_all_is_alone():
    engine = Pretended()
    results(engine, make_schedule(a=NARROW, network=WIDE, b=NARROW))
    assert max(map(len, engine.company)) == 2
    assert all(company == ["network"] for company in engine.company if "network" in company)


def test_a_fit_whose_worker_dies_is_tried_again_and_fails_the_third_time():
    twice = results(Pretended(a=2), make_schedule(a=NARROW))
    assert [type(result) for result in twice] == [Fitted] * 3
    found = results(Pretended(a=3), make_schedule(a=NARROW, b=NARROW))
    (failed,) = [result for result in found if isinstance(result, Failed)]
    assert "died 3 times" in failed.reason
    assert sum(result.fit.job.model == "b" for result in found) == 3


def test_a_fit_waits_for_memory_and_one_that_needs_more_than_there_is_fails(monkeypatch):
    engine = Pretended()
    for place in ("podium.pipeline.process_engine", "podium.pipeline.engine"):
        monkeypatch.setattr(f"{place}.free_memory", lambda: 100 - 60 * len(engine.running))
    schedule = Schedule()
    for name, memory in (("a", 60), ("b", 101)):
        schedule.add(name, Plan([Fit(Job(name, {}, 0), fold, NARROW, memory) for fold in range(2)], 1.0))
    found = results(engine, schedule)
    assert engine.company == [["a"], ["a"]]
    (refused,) = [result for result in found if isinstance(result, Failed)]
    assert "a fit of model 'b' must have about 0.0 GB of memory, found 0.0 GB free" in refused.reason


def test_a_serial_engine_fits_and_keeps_the_reason_of_a_failure():
    schedule = make_schedule(constant=NARROW)
    schedule.add("table-ridge", Plan([Fit(Job("table-ridge", {}, 0), 0, NARROW)], 1.0))
    found = results(SerialEngine(DATASET, FOLDS), schedule)
    fitted = [result for result in found if isinstance(result, Fitted)]
    (failed,) = [result for result in found if isinstance(result, Failed)]
    assert [result.arrays["valid"].shape for result in fitted] == [(4, 2)] * 3
    assert failed.reason.startswith("ModelError: model 'table-ridge' must be given table rows")
    assert "Traceback" in failed.trace
    assert failed.error is None


def test_what_is_wrong_with_the_data_ends_the_run():
    fit = Fit(Job("constant", {}, 0), 0, NARROW)
    error = DataError("train.csv must be there")
    assert Failed.of(fit, error).error is error


@pytest.mark.parametrize("cost", [NARROW, WIDE])
def test_the_threads_of_a_fit_are_those_of_its_cost(cost):
    import threadpoolctl
    from sklearn.linear_model import LogisticRegression  # noqa: F401  (loads what has threads)

    before = {pool["num_threads"] for pool in threadpoolctl.threadpool_info()}
    with module.limited_threads(Fit(Job("constant", {}, 0), 0, cost), DATASET):
        inside = {pool["num_threads"] for pool in threadpoolctl.threadpool_info()}
    assert inside == (before if cost.all_cores else {1})


def test_memory_and_time_grow_with_rows_and_width():
    cost = Cost(copies=2.0, base=1_000, pace=3.0)
    assert cost.memory(1_000, 10) == 1_000 + 8 * 2 * 10_000
    assert cost.seconds(1_000_000, 2) == 6.0
