"""Probabilities for classifiers that only give scores."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV


def with_probabilities(model: BaseEstimator) -> CalibratedClassifierCV:
    """Return the classifier with temperature scaling (Guo et al. 2017, "On Calibration of Modern Neural
    Networks") on its own cross-validated scores, so inside the training part of a fold."""
    return CalibratedClassifierCV(model, method="temperature", cv=3, ensemble=False)
