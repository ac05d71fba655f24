"""What a competition folder declares, and how folders are found.

`competitions/<name>/competition.py` defines `COMPETITION` and the two functions that it names:
`load`, which reads the files exactly as Kaggle delivers them, and `toy`, which writes a small
learnable data set in that same layout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podium.errors import CompetitionError
from podium.formatting import did_you_mean

if TYPE_CHECKING:  # finding and listing competitions must not wait for numpy
    from podium.data.dataset import Dataset


@dataclass(frozen=True)
class FoldPlan:
    """`contradictions` says what becomes of rows whose group holds other labels too: "keep" them,
    or "drop" them from training; they are scored in any case."""

    n_splits: int = 5
    seed: int = 0
    contradictions: str = "keep"


@dataclass(frozen=True)
class Reference:
    """A published score to stand beside ours: in the row of the entry called `beside`, else in a row
    of its own."""

    name: str
    score: float
    source: str
    beside: str = ""


@dataclass(frozen=True)
class Competition:
    """`roster` maps a model's name to the parameters that its factory is called with. A name may
    end in @variant, for another row of the same model. `also` names metrics to show beside the one
    that ranks. `rows` makes rows of X of what a person asks about: texts (n,), "" where there is none, and
    ImageFiles (n,), blank where there is none. `averages` names means over some of the models, for rows of
    their own. `sample` is the file that shows what a submission looks like. `toy_params` are what replaces
    a model's parameters where there is only toy data, such as weights that need not be downloaded. `plots`
    are what `podium explore` draws, each made by a function of podium.plots.catalogue. `variants` maps names to the
    fields that they change: other labels of the same rows, say. One is asked for as name@variant; its
    results have a folder of their own, and Kaggle takes no submission of it. `ranges` are the low ends of
    ranges of the numbers to predict in which errors are told apart."""

    name: str
    slug: str
    title: str
    metric: str
    id_column: str
    target_column: str
    load: Callable[[Path], Dataset]
    toy: Callable[[Path], None]
    roster: Mapping[str, Mapping[str, Any]]
    sample: str = "sample_submission.csv"
    folds: FoldPlan = FoldPlan()
    references: tuple[Reference, ...] = ()
    also: tuple[str, ...] = ()
    rows: Callable[[list[str], Any], Any] | None = None
    averages: Mapping[str, Sequence[str]] = field(default_factory=dict)
    toy_params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    plots: tuple[Callable[[Dataset], Any], ...] = ()
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ranges: Sequence[float] = ()
    seed: int = 0

    @property
    def folder(self) -> str:
        """The name of its folder under competitions/."""
        return self.name.partition("@")[0]

    def varied(self, variant: str) -> Competition:
        if variant not in self.variants:
            raise CompetitionError(
                f"no variant {variant!r} of {self.name!r}; {did_you_mean(variant, self.variants)}"
            )
        return replace(self, name=f"{self.name}@{variant}", **self.variants[variant])

    def models(self, is_toy: bool) -> dict[str, Mapping[str, Any]]:
        """The roster, with what holds on toy data."""
        if not is_toy:
            return dict(self.roster)
        return {name: {**params, **self.toy_params.get(name, {})} for name, params in self.roster.items()}
