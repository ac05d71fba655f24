"""A search for better parameters of one model: a queue of fits, which asks what to try next.

Each trial is a cross-validation on the folds that all models have. After each fold a trial is compared with
the best one by the paired test of the leaderboard, on the rows scored so far, and stopped where it is behind
by more than noise explains. Optuna's own pruners do not fit: medians and Hyperband take the steps for one
growing curve, and Wilcoxon's test counts folds, of which five say nothing before the fourth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from podium.competition.tuned import variant_name
from podium.errors import StoreError
from podium.metrics import Scorer
from podium.models.search_space import Space
from podium.pipeline.crossval import CrossValidation
from podium.pipeline.engine import Engine, Failed, Fit, Fitted
from podium.pipeline.fit import Job
from podium.pipeline.progress import Progress
from podium.pipeline.schedule import Plan, Schedule
from podium.pipeline.session import Session
from podium.pipeline.significance import FEW_RESAMPLES, Bootstrap, Resamples
from podium.pipeline.stored import job_folder
from podium.pipeline.trials import COMPLETE, FAILED, RUNNING, STOPPED, Trial, Trials, known_values, propose
from podium.storage.hashing import content_id
from podium.storage.store import TUNING, Store


class TuningProgress(Progress, Protocol):
    """What is told beside the fits: a trial that has ended, and the best one so far."""

    def trial_ended(self, trial: Trial, best: Trial) -> None: ...


@dataclass
class Search:
    """The trials of a `job`'s model, up to `most` of them, in a folder of their own.

    Trials run side by side on engines that fit side by side, each with one fold at a time: so a hopeless one
    is stopped early, and what is tried next knows most.
    """

    session: Session
    job: Job
    space: Space
    most: int
    progress: TuningProgress
    validation: CrossValidation
    trials: Trials
    running: dict[str, Trial] = field(default_factory=dict)  # by the name of its job
    seconds: list[float] = field(default_factory=list)  # of each fit so far

    @classmethod
    def open(
        cls, session: Session, job: Job, space: Space, most: int, progress: TuningProgress, schedule: Schedule
    ) -> Search:
        """Return the search of a job whose own fits are finished, with what earlier calls left of it."""
        store = Store(session.store.root / TUNING)
        validation = CrossValidation(
            session.dataset, session.folds, session.metric, store, progress, schedule
        )
        key = content_id(job.id(session.dataset, session.folds), space, session.metric.key)
        trials = Trials.read(store, store.root / f"{job.model}-{key}.json")
        search = cls(session, job, space, most, progress, validation, trials)
        search._take_roster()
        for trial in trials.of(RUNNING):
            search._begin(trial)
        return search

    def run(self, engine: Engine) -> None:
        """Have the engine fit trials until there are enough, or the time is up."""
        for result in engine.run(self, self.progress):
            self.keep(result)

    def next_fit(self) -> Fit | None:
        """Return the next fold of a trial of which none runs, of another trial, or else of any."""
        while True:
            fit = self._waiting_fit(lambda plan: plan.running == 0)
            if fit is not None:
                return fit
            if not self._begin_another():
                return self._waiting_fit(lambda plan: True)

    def start(self, fit: Fit) -> None:
        """Take note that a fit runs now."""
        self.schedule.start(fit)

    def is_over(self) -> bool:
        """Return whether the time is up."""
        return self.schedule.is_over()

    def keep(self, result: Fitted | Failed) -> None:
        """Store what a fit gave, and end its trial where it is complete, hopeless or has failed."""
        name = result.fit.job.model
        if name not in self.running:  # another fold of it has failed
            return
        self.validation.keep(result)
        if isinstance(result, Fitted):
            self.seconds.append(float(result.arrays["seconds"].sum()))
        self._judge(name)

    @property
    def schedule(self) -> Schedule:
        return self.validation.schedule

    def folder(self, trial: Trial) -> Path:
        """Return where the results of a trial are kept: of trial 0, where those of the roster's model are."""
        if trial.number == 0:
            return job_folder(self.session.store, self.job.model, trial.job_id)
        return job_folder(self.trials.store, self.name_of(trial), trial.job_id)

    def name_of(self, trial: Trial) -> str:
        """Return the name of a trial's job."""
        return variant_name(self.job.model, f"trial-{trial.number}")

    def predicted(self, trial: Trial, fold: int) -> np.ndarray:
        """Return what a trial predicts for the rows of a fold (n_valid, c). Raise StoreError where that is
        lost."""
        path = self.folder(trial) / f"fold-{fold}.npz"
        results = self.trials.store.read_arrays(path)
        if results is None:
            raise StoreError(
                f"{path} must hold predictions, found none; remove {self.trials.path} and tune again"
            )
        return results["valid"]

    def _take_roster(self) -> None:
        """Put the roster's parameters down as trial 0, and what their fits took as what a fit takes."""
        dataset = self.session.dataset
        folds = self.session.folds
        store = self.session.store
        trial = Trial(0, known_values(self.job.create(dataset), self.space), self.job.id(dataset, folds))
        paths = [self.folder(trial) / f"fold-{number}.npz" for number in range(len(folds))]
        results = [store.read_arrays(path) or {} for path in paths]
        self.seconds = [float(result["seconds"].sum()) for result in results]
        if not self.trials.known:
            self.trials.put(self._scored(trial, {n: result["valid"] for n, result in enumerate(results)}))
            self.progress.trial_ended(self.trials.best, self.trials.best)

    def _begin_another(self) -> bool:
        """Begin a trial of the parameters to try next, if there is to be one and the time suffices for it."""
        takes = float(np.mean(self.seconds)) * len(self.session.folds)
        if len(self.trials.known) >= self.most or not self.schedule.has_time(takes):
            return False
        params = propose(self.trials.known, self.space, self.job.seed)
        trial = Trial(len(self.trials.known), params, job_id="")
        job_id = self._job(trial).id(self.session.dataset, self.session.folds)
        trial = replace(trial, job_id=job_id)
        self.trials.put(trial)
        self._begin(trial)
        return True

    def _job(self, trial: Trial) -> Job:
        return replace(self.job, model=self.name_of(trial), params={**self.job.params, **trial.params})

    def _begin(self, trial: Trial) -> None:
        """Schedule what is still to be fitted of a trial."""
        name = self.name_of(trial)
        self.running[name] = trial
        self.validation.add(self._job(trial))
        self.schedule.plans[name].expect(float(np.mean(self.seconds)))
        self._judge(name)

    def _waiting_fit(self, is_meant: Callable[[Plan], bool]) -> Fit | None:
        """Return the next fit of the first trial that is meant, and that the time suffices for."""
        plans = [self.schedule.plans[name] for name in self.running]
        possible = (p for p in plans if p.waiting and is_meant(p) and self.schedule.is_possible(p))
        first = next(possible, None)
        return first.waiting[0] if first else None

    def _judge(self, name: str) -> None:
        """End a trial that is complete, that failed, or of which nothing runs since it is hopeless."""
        plan = self.schedule.plans[name]
        if name in self.validation.failures:
            self._end(name)
            return
        if plan.waiting and self._is_hopeless(self._valid(name)):
            self.schedule.drop(name)
        if not plan.waiting and not plan.running:
            self._end(name)

    def _valid(self, name: str) -> dict[int, np.ndarray]:
        """Return by fold what a trial that runs predicts for the rows of its finished folds."""
        results = self.validation.results[name]
        return {number: results[number]["valid"] for number in sorted(results)}

    def _is_hopeless(self, valid: Mapping[int, np.ndarray]) -> bool:
        """Return whether the best trial is better on these folds by more than noise explains."""
        if not valid:
            return False
        best = [self.predicted(self.trials.best, number) for number in valid]
        rows = self._rows(valid)
        groups = self.session.dataset.groups
        draws = Resamples(None if groups is None else groups[rows], FEW_RESAMPLES)
        entries = [np.concatenate(list(valid.values())), np.concatenate(best)]
        resampled = Bootstrap(self.session.metric, *self._scorer(valid).resampled(entries, draws))
        behind = resampled.compare(0, best=1)
        return behind.difference > 0 and not behind.is_tie

    def _rows(self, numbers: Mapping[int, Any]) -> np.ndarray:
        return np.concatenate([self.session.folds[number].valid for number in numbers])

    def _scorer(self, numbers: Mapping[int, Any]) -> Scorer:
        """Return the metric bound to the rows of some folds, one fold after the other."""
        return self.validation.scorer.take(self._rows(numbers))

    def _end(self, name: str) -> None:
        """Put down what a trial gave, and keep the fitted models of the best trial alone."""
        trial = self.running.pop(name)
        former = self.trials.best
        ended = self._outcome(name, trial)
        self.trials.put(ended)
        del self.validation.results[name], self.schedule.plans[name]
        for loser in (former, ended):
            if loser.number and loser is not self.trials.best:
                self._remove_models(loser)
        self.progress.trial_ended(ended, self.trials.best)

    def _outcome(self, name: str, trial: Trial) -> Trial:
        if name in self.validation.failures:
            return replace(trial, state=FAILED, reason=self.validation.failures[name])
        return self._scored(trial, self._valid(name))

    def _scored(self, trial: Trial, valid: Mapping[int, np.ndarray]) -> Trial:
        """Return a trial with the scores of its finished folds; it is complete if these are all."""
        folds = len(self.session.folds)
        scorer = self._scorer(valid)
        predicted = np.concatenate(list(valid.values()))
        scored = replace(
            trial,
            state=STOPPED,
            folds=len(valid),
            score=scorer.score(predicted),
            worth=scorer.worth(predicted),
        )
        if len(valid) < folds:
            return scored
        others = tuple(self._worth_without(number, valid) for number in range(folds))
        return replace(scored, state=COMPLETE, others=others)

    def _worth_without(self, fold: int, valid: Mapping[int, np.ndarray]) -> float:
        others = {number: predicted for number, predicted in valid.items() if number != fold}
        return self._scorer(others).worth(np.concatenate(list(others.values())))

    def _remove_models(self, trial: Trial) -> None:
        """Remove the fitted models of a trial that will not be needed: forests fill a disk."""
        for path in self.folder(trial).glob("*.model"):
            path.unlink()
