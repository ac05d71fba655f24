"""A score with its error as a drawing of one line, on a scale that all entries share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from podium.pipeline.leaderboard import Entry, Leaderboard
from podium.pipeline.significance import Z_95

_WIDTH = 220
_HEIGHT = 18
_EDGE = 8
_REACH = 10  # standard errors between the best entry and the end of the scale


@dataclass(frozen=True)
class Scale:
    """From `low` to `high`, about the best entries; `best` is the score of the first."""

    low: float
    high: float
    best: float

    def at(self, score: float) -> float:
        """How far to the right, within the drawing."""
        share = (score - self.low) / (self.high - self.low)
        return _EDGE + (_WIDTH - 2 * _EDGE) * float(np.clip(share, 0, 1))

    def holds(self, score: float) -> bool:
        return self.low <= score <= self.high


def make_scale(leaderboard: Leaderboard) -> Scale:
    """So narrow that the best can be told from each other: the worst lie beyond it."""
    ranked = [e for e in leaderboard.entries if e.kind in ("model", "blend")]
    scores = np.array([e.score for e in ranked], dtype=float)
    error = float(np.median([e.standard_error or 0.0 for e in ranked[: -(-len(ranked) // 2)]]))
    best, far = scores[0], scores[0] + _REACH * error * np.sign(scores[-1] - scores[0])
    worst = np.clip(scores[-1], *sorted((best, far))) if error else scores[-1]
    edge = 2 * Z_95 * error or abs(best - worst) / 20 or 1.0
    return Scale(float(min(best, worst) - edge), float(max(best, worst) + edge), float(best))


def interval(entry: Entry, scale: Scale) -> Markup:
    """An `svg`; empty for an entry without a score."""
    if entry.score is None:
        return Markup("")
    score, error = entry.score, Z_95 * (entry.standard_error or 0)
    said = f"{score:.{entry.places}f}"
    if error:
        said += f", 95 % interval {score - error:.{entry.places}f} to {score + error:.{entry.places}f}"
    middle = _HEIGHT / 2
    if not scale.holds(score):
        mark = _beyond(scale, score, middle)
    elif error:
        mark = _whisker(scale.at(score - error), scale.at(score), scale.at(score + error), middle)
    else:
        mark = Markup('<path d="M{x:.1f} 3V15" stroke="var(--series-1)" stroke-width="2"/>').format(
            x=scale.at(score)
        )
    best = Markup('<path d="M{:.1f} 0V{}" stroke="var(--rule)"/>').format(scale.at(scale.best), _HEIGHT)
    frame = Markup('<svg class="interval" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>')
    return frame.format(_WIDTH, _HEIGHT, said, best, mark)


def _whisker(left: float, middle: float, right: float, y: float) -> Markup:
    return Markup(
        '<path d="M{:.1f} {y}H{:.1f}" stroke="var(--series-0)" stroke-width="3" opacity=".6"/>'
        '<circle cx="{:.1f}" cy="{y}" r="3.5" fill="var(--series-0)"/>'
    ).format(left, right, middle, y=y)


def _beyond(scale: Scale, score: float, y: float) -> Markup:
    """An arrow at the edge."""
    x, turn = (2, 6) if score < scale.low else (_WIDTH - 2, -6)
    return Markup('<path d="M{} {y}l{turn} -4v8z" fill="var(--soft)"/>').format(x, y=y, turn=turn)
