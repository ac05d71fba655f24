"""A score with its error as a drawing of one line, on a scale that all entries share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from podium.formatting import Z_95
from podium.pipeline.leaderboard import Entry, Leaderboard

_WIDTH = 220
_HEIGHT = 18
_MARGIN = 8  # to each side
_MOST_ERRORS = 10  # standard errors between the best entry and the end of the scale


@dataclass(frozen=True)
class Scale:
    """A scale from `low` to `high`, about the best entries; `best` is the score of the first."""

    low: float
    high: float
    best: float

    def place(self, score: float) -> float:
        """Return how far to the right a score stands, within the drawing."""
        share = (score - self.low) / (self.high - self.low)
        return _MARGIN + (_WIDTH - 2 * _MARGIN) * float(np.clip(share, 0, 1))

    def holds(self, score: float) -> bool:
        """Return whether the score is on the scale."""
        return self.low <= score <= self.high


def make_scale(leaderboard: Leaderboard) -> Scale:
    """Return a scale on which the best entries can be told apart; the worst may lie beyond it."""
    ranked = [entry for entry in leaderboard.entries if entry.kind in ("model", "blend")]
    scores = np.array([entry.score for entry in ranked], dtype=float)
    better_half = ranked[: -(-len(ranked) // 2)]
    error = float(np.median([entry.standard_error or 0.0 for entry in better_half]))
    best = scores[0]
    worst = scores[-1]
    if error:
        limit = best + _MOST_ERRORS * error * np.sign(worst - best)
        worst = np.clip(worst, *sorted((best, limit)))
    margin = 2 * Z_95 * error or abs(best - worst) / 20 or 1.0
    return Scale(float(min(best, worst) - margin), float(max(best, worst) + margin), float(best))


def interval(entry: Entry, scale: Scale) -> Markup:
    """Return the score and its 95 % interval as an `svg`; nothing for an entry without a score."""
    if entry.score is None:
        return Markup("")
    half_width = Z_95 * (entry.standard_error or 0)
    low = entry.score - half_width
    high = entry.score + half_width
    words = f"{entry.score:.{entry.places}f}"
    if half_width:
        words += f", 95 % interval {low:.{entry.places}f} to {high:.{entry.places}f}"
    best = Markup('<path d="M{:.1f} 0V{}" stroke="var(--rule)"/>').format(scale.place(scale.best), _HEIGHT)
    frame = Markup('<svg class="interval" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>')
    return frame.format(_WIDTH, _HEIGHT, words, best, _mark(scale, low, entry.score, high))


def _mark(scale: Scale, low: float, score: float, high: float) -> Markup:
    if not scale.holds(score):
        return _arrow(is_left=score < scale.low)
    if low < high:
        return _whisker(scale.place(low), scale.place(score), scale.place(high))
    stroke = Markup('<path d="M{x:.1f} 3V15" stroke="var(--series-1)" stroke-width="2"/>')
    return stroke.format(x=scale.place(score))


def _whisker(left: float, middle: float, right: float) -> Markup:
    return Markup(
        '<path d="M{:.1f} {y}H{:.1f}" stroke="var(--series-0)" stroke-width="3" opacity=".6"/>'
        '<circle cx="{:.1f}" cy="{y}" r="3.5" fill="var(--series-0)"/>'
    ).format(left, right, middle, y=_HEIGHT / 2)


def _arrow(is_left: bool) -> Markup:
    """Return an arrow at the edge, for a score beyond it."""
    x, length = (2, 6) if is_left else (_WIDTH - 2, -6)
    arrow = Markup('<path d="M{} {y}l{length} -4v8z" fill="var(--soft)"/>')
    return arrow.format(x, y=_HEIGHT / 2, length=length)
