"""Naive Bayes."""

from __future__ import annotations

from typing import Any

from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.pipeline import Pipeline, make_pipeline

from podium.models.base import pixels


def gaussian_nb(**params: Any) -> Pipeline:
    """Variances smoothed by a tenth of the largest: a pixel that is always blank has none."""
    return make_pipeline(pixels(), GaussianNB(**{"var_smoothing": 0.1, **params}))


def multinomial_nb(**params: Any) -> Pipeline:
    return make_pipeline(pixels(), MultinomialNB(**params))
