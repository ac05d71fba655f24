"""What is fitted next: cheap and promising models first, and nothing that would overrun."""

import pytest

from podium.cli.options import read_budget
from podium.errors import CompetitionError
from podium.models.cost import Cost
from podium.pipeline import schedule as module
from podium.pipeline.engine import Fit
from podium.pipeline.fit import Job
from podium.pipeline.schedule import Plan, Schedule, deadline

FOLDS = 3


class Clock:
    now = 0.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def plan(name, seconds, all_cores=False, **more):
    cost = Cost(all_cores=all_cores)
    return Plan([Fit(Job(name, {}, 0), fold, cost) for fold in range(FOLDS)], seconds, **more)


def make_schedule(*plans, until=None, side_by_side=1):
    schedule = Schedule(until, side_by_side)
    for one in plans:
        schedule.add(one.waiting[0].job.model, one)
    return schedule


def played(schedule, clock, seconds, scores):
    """Run the schedule one fit after the other, and return what ran, as "model fold"."""
    ran = []
    while fit := schedule.next_fit():
        schedule.start(fit)
        name = fit.job.model
        clock.now += seconds[name]
        schedule.fitted(fit, seconds[name], scores[name])
        ran.append(f"{name} {fit.fold}")
    return ran


def test_cheap_models_are_tried_first_and_the_best_is_completed_before_the_others(clock):
    schedule = make_schedule(plan("dear", 100.0), plan("good", 2.0), plan("bad", 1.0))
    seconds = {"dear": 100.0, "good": 2.0, "bad": 1.0}
    ran = played(schedule, clock, seconds, {"dear": 3, "good": 2, "bad": 1})
    assert ran[:4] == ["bad 0", "good 0", "good 1", "good 2"]
    assert ran[4:] == ["bad 1", "bad 2", "dear 0", "dear 1", "dear 2"]


def test_a_hopeless_dear_model_gets_its_second_fold_last(clock):
    schedule = make_schedule(plan("hopeless", 10.0), plan("hopeful", 11.0))
    ran = played(schedule, clock, {"hopeless": 10.0, "hopeful": 11.0}, {"hopeless": 0, "hopeful": 1})
    assert ran[:4] == ["hopeless 0", "hopeful 0", "hopeful 1", "hopeful 2"]


def test_what_a_fit_took_counts_for_more_than_the_hint(clock):
    schedule = make_schedule(plan("hinted-quick", 1.0), plan("other", 5.0))
    ran = played(schedule, clock, {"hinted-quick": 50.0, "other": 5.0}, {"hinted-quick": 1, "other": 0})
    assert ran[:2] == ["hinted-quick 0", "other 0"]
    assert ran[2] == "hinted-quick 1"


def test_a_model_that_could_not_be_completed_in_time_is_not_begun(clock):
    schedule = make_schedule(plan("slow", 10.0, is_measured=True), plan("quick", 1.0), until=20.0)
    ran = played(schedule, clock, {"slow": 10.0, "quick": 1.0}, {"slow": 1, "quick": 0})
    assert ran == ["quick 0", "quick 1", "quick 2"]


def test_a_model_whose_first_fold_took_too_long_gets_no_second(clock):
    schedule = make_schedule(plan("slow", 1.0), plan("quick", 2.0), until=20.0)
    ran = played(schedule, clock, {"slow": 10.0, "quick": 2.0}, {"slow": 1, "quick": 0})
    assert ran == ["slow 0", "quick 0", "quick 1", "quick 2"]


def test_a_model_begun_is_completed_before_another_one_takes_its_time(clock):
    schedule = make_schedule(plan("good", 4.0), plan("next", 5.0), plan("last", 6.0), until=14.0)
    seconds = {"good": 4.0, "next": 5.0, "last": 6.0}
    ran = played(schedule, clock, seconds, {"good": 3, "next": 2, "last": 1})
    assert ran[:3] == ["good 0", "good 1", "good 2"]


def test_folds_side_by_side_need_less_time(clock):
    for side_by_side, begins in ((1, False), (3, True)):
        one = make_schedule(plan("slow", 10.0, is_measured=True), until=11.0, side_by_side=side_by_side)
        assert (one.next_fit() is not None) == begins
    network = plan("network", 10.0, all_cores=True, is_measured=True)
    assert make_schedule(network, until=11.0, side_by_side=3).next_fit() is None


def test_a_model_that_is_owed_is_fitted_whatever_the_time(clock):
    schedule = make_schedule(plan("constant", 1.0, is_owed=True), plan("other", 1.0), until=-1.0)
    assert not schedule.is_over()
    ran = []
    while fit := schedule.next_fit():
        schedule.start(fit)
        assert not schedule.is_over()
        schedule.fitted(fit, 1.0, 0.0)
        ran.append((fit.job.model, fit.fold))
    assert ran == [("constant", 0), ("constant", 1), ("constant", 2)]
    assert schedule.is_over()


def test_no_further_fold_of_a_failed_model_is_fitted(clock):
    schedule = make_schedule(plan("failing", 1.0), plan("other", 2.0))
    fit = schedule.next_fit()
    schedule.start(fit)
    schedule.drop("failing")
    assert schedule.next_fit().job.model == "other"


def test_what_follows_the_fits_has_its_part_of_the_budget():
    assert deadline(100.0, 1200.0, rows=100_000, models=5) == 100.0 + 1200.0 - module.FINISH - 15.0
    assert deadline(100.0, 8.0, rows=100_000, models=5) == 104.0


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("20m", 1200), ("1h30m", 5400), ("", None)])
def test_a_budget_has_a_unit(text, seconds):
    assert read_budget(text) == seconds


@pytest.mark.parametrize("text", ["20", "soon", "-3m", "0m", "20 min", "m"])
def test_a_time_without_a_unit_is_refused(text):
    with pytest.raises(CompetitionError, match="--budget must be a time such as 90s, 20m or 1h30m, got "):
        read_budget(text)
