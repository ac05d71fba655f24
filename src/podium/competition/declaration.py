"""What a competition folder declares.

`competitions/<name>/competition.py` defines `COMPETITION` and the two functions that it names: `load`, which
reads the files exactly as Kaggle delivers them, and `toy`, which writes a small learnable data set in that
same layout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podium.competition.formats import SubmissionFormat, answer
from podium.errors import CompetitionError
from podium.formatting import did_you_mean

if TYPE_CHECKING:  # finding and listing competitions must not wait for numpy
    from podium.data.dataset import Dataset
    from podium.metrics import Metric


@dataclass(frozen=True)
class FoldPlan:
    """How rows are split.

    `contradictions` says what becomes of rows whose group holds other targets too: "keep" them, or "drop"
    them from training; they are scored in any case.

    With `order` folds follow `Dataset.times`: "blocks" are stretches of time, each scored by models of all
    others; "forward" scores each block, but the first, by models of the blocks before it. Rows closer than
    `gap` to a scored block (days, where times are dates) are not trained on. `column` names the column of
    `Dataset.about` whose values are the folds.
    """

    n_splits: int = 5
    seed: int = 0
    contradictions: str = "keep"
    order: str = ""
    gap: float = 0.0
    column: str = ""


@dataclass(frozen=True)
class Reference:
    """A published score to stand beside ours: in the row of the entry called `beside`, else in a row of its
    own."""

    name: str
    score: float
    source: str
    beside: str = ""


@dataclass(frozen=True)
class Competition:
    """A competition as its folder states it.

    Files: `slug` is its name in Kaggle's address, `sample` the file that shows what a submission looks like,
    with an id in `id_column` (or in several: then `Dataset.test_ids` are their cells with a comma between
    them) and the answers as `submission` says: by default one in `target_column`. Other columns of the
    sample stay as they are. `load` reads a folder, `toy` writes one.

    Models: `roster` maps a model's name to the parameters that its factory is called with. A name may end in
    @variant, for another row of the same model. The parameter `factory`, "module:function", names a factory
    of the competition's own folder. `toy_params` replace a model's parameters where there is only toy data,
    such as weights that need not be downloaded. `averages` names means over some of the models, for rows of
    their own. `notes` say more of models, below the leaderboard.

    Scores: `metric`, a name or a metric of the competition's own, ranks, `extra_metrics` stand beside it,
    `references` are published scores, and `ranges` are the low ends of ranges of the numbers to predict in
    which errors are told apart.

    `rows` makes rows of X of a person's questions where the modality cannot do so itself: from texts (n,),
    "" where there is none, and `ImageFiles` (n,), blank where there is none. `plots` are what `podium
    explore` draws, each made by a function of `podium.plots`. `variants` maps names to the fields that they
    change: other labels of the same rows, say. One is asked for as name@variant; its results have a folder
    of their own, and Kaggle takes no submission of it.
    """

    name: str
    slug: str
    title: str
    metric: str | Metric
    id_column: str | tuple[str, ...]
    load: Callable[[Path], Dataset]
    toy: Callable[[Path], None]
    roster: Mapping[str, Mapping[str, Any]]
    target_column: str = ""
    submission: SubmissionFormat = answer()  # noqa: RUF009  (frozen)
    sample: str = "sample_submission.csv"
    folds: FoldPlan = FoldPlan()
    references: tuple[Reference, ...] = ()
    extra_metrics: tuple[str | Metric, ...] = ()
    rows: Callable[[list[str], Any], Any] | None = None
    averages: Mapping[str, Sequence[str]] = field(default_factory=dict)
    toy_params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    plots: tuple[Callable[[Dataset], Any], ...] = ()
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ranges: Sequence[float] = ()
    seed: int = 0

    @property
    def id_columns(self) -> list[str]:
        """Return the columns of the sample submission that hold the id."""
        return [self.id_column] if isinstance(self.id_column, str) else list(self.id_column)

    @property
    def answer_columns(self) -> list[str]:
        """Return the columns of a submission that hold the answers."""
        return self.submission.answer_columns(self.target_column)

    @property
    def folder(self) -> str:
        """Return the name of its folder under competitions/."""
        return self.name.partition("@")[0]

    @property
    def is_variant(self) -> bool:
        """Return whether this is a variant, of which Kaggle takes no submission."""
        return self.name != self.folder

    def varied(self, variant: str) -> Competition:
        """Return the competition with the fields of a variant. Raise CompetitionError if there is none."""
        if variant not in self.variants:
            raise CompetitionError(
                f"no variant {variant!r} of {self.name!r}; {did_you_mean(variant, self.variants)}"
            )
        return replace(self, name=f"{self.name}@{variant}", **self.variants[variant])

    def place(self, model: str) -> tuple[int, str]:
        """Return the key by which models are sorted: as the roster has them, then the others by name. Blends
        depend on the order."""
        order = list(self.roster)
        return (order.index(model) if model in order else len(order), model)

    def models(self, is_toy: bool) -> dict[str, Mapping[str, Any]]:
        """Return the roster, with what holds on toy data, and with full names of its own factories."""
        toy_params = self.toy_params if is_toy else {}
        return {
            name: self._with_own_factory({**params, **toy_params.get(name, {})})
            for name, params in self.roster.items()
        }

    def _with_own_factory(self, params: dict[str, Any]) -> dict[str, Any]:
        if "factory" not in params:
            return params
        return {**params, "factory": f"competitions.{self.folder}.{params['factory']}"}
