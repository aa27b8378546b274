"""Classifiers of scikit-learn, and what has their methods."""

from __future__ import annotations

from typing import Any, Optional

import numpy as np

from ._models import Arranged, Array, Model


def adapted(estimator: Any, *, layout: Optional[str], framework: Optional[str], device: Any) -> Model:
    name = type(estimator).__name__
    found = getattr(estimator, "classes_", None)
    if found is None:
        raise ValueError(f"{name} does not know its classes: fit it first")
    classes = np.asarray(found)
    if classes.dtype.kind not in "iu" or classes.min() < 0:
        raise ValueError(f"{name} tells {classes[:5].tolist()} … apart: train it on class numbers from 0")
    return Arranged(lambda _: _model(estimator, classes), layout, name=name, hash=None, parameters=None)


def _flat(images: Array) -> Array:
    return images.reshape(len(images), -1)


def _model(estimator: Any, classes: Array) -> Model:
    def by_class(values: Array) -> Array:
        """Columns by class number; a class that it was not trained on is never the answer."""
        if values.shape[1] != len(classes):
            raise ValueError(f"{values.shape[1]} scores for {len(classes)} classes: use decision_function_shape='ovr'")
        placed = np.repeat(values.min(1, keepdims=True) - 100, int(classes.max()) + 1, 1)
        placed[:, classes] = values
        return placed

    def decisions(images: Array) -> Array:
        values = np.asarray(estimator.decision_function(_flat(images)), "f4")
        return by_class(np.stack([np.zeros_like(values), values], 1) if values.ndim == 1 else values)

    def log_probabilities(images: Array) -> Array:
        return by_class(np.log(np.maximum(np.asarray(estimator.predict_proba(_flat(images)), "f8"), 1e-30)))

    if hasattr(estimator, "decision_function"):
        return Model(decisions)
    if hasattr(estimator, "predict_proba"):
        return Model(log_probabilities)
    return Model(lambda x: np.asarray(estimator.predict(_flat(x))), labels_only=True, classes=int(classes.max()) + 1)
