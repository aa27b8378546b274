"""Turns what people call a model into scores and vector-Jacobian products of numpy arrays."""

from __future__ import annotations

import hashlib
import importlib
import sys
from typing import Any, Callable, Optional, Sequence, Union

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Numbers = Union[float, Sequence[float]]

LAYOUTS = ("nchw", "nhwc", "nhw")


class Model:
    """A classifier by functions of numpy arrays, for what no adapter knows.

    Args:
        scores: images `[batch, channels, rows, columns]`, float32 in [0, 1], to scores `[batch, classes]`, unbounded.
        gradient: images and a seed `[batch, classes]` to `Σ_k seed(b, k) ∂score(b, k)/∂image`, of the images' shape; None: the
            model gives no gradients, and attacks that need them are refused.
        labels_only: whether `scores` gives predicted classes `[batch]` instead.
        name: what reports call it.
        hash: what changes when its weights do, by which a run that goes on knows the model again; None: no run can go on with it.
        parameters: how many numbers its weights hold.
        batch: the most images that it takes at a time.
        classes: how many there are; needed of a model that gives labels only, unless its answers show it.
    """

    def __init__(
        self,
        scores: Callable[[Array], Array],
        gradient: Optional[Callable[[Array, Array], Array]] = None,
        *,
        labels_only: bool = False,
        name: str = "model",
        hash: Optional[str] = None,
        parameters: Optional[int] = None,
        batch: Optional[int] = None,
        classes: Optional[int] = None,
    ) -> None:
        self.scores = scores
        self.gradient = gradient
        self.labels_only = labels_only
        self.name = name
        self.hash = hash
        self.parameters = parameters
        self.batch = batch
        self.classes = classes

    @property
    def gives(self) -> str:
        return "labels" if self.labels_only else "scores" if self.gradient is None else "gradients"

    def prepare(self, images: Array, given: str = "nchw") -> None:
        """Is called once before the work, with an image `[1, C, H, W]` and the layout in which the user holds images."""


class Arranged(Model):
    """A model that takes images in a layout of its own.

    Args:
        make: the model, of arrays in that layout, from the first image in it: only an answer tells of what framework a function is.
        layout: None: the one in which images are given.
    """

    def __init__(
        self, make: Callable[[Array], Model], layout: Optional[str], *, name: str, hash: Optional[str], parameters: Optional[int]
    ) -> None:
        super().__init__(self._scores, self._gradient, name=name, hash=hash, parameters=parameters)
        self._make, self._layout = make, layout
        self._inner: Optional[Model] = None

    def prepare(self, images: Array, given: str = "nchw") -> None:
        if self._inner is not None:
            return
        self._layout = self._layout or given
        # A copy: what changes its argument shall not change the user's images.
        inner = self._make(self._turned(np.array(images[:1], "f4")))
        if inner.gradient is None:
            self.gradient = None
        self.labels_only, self.batch, self.classes = inner.labels_only, inner.batch, inner.classes
        self._inner = inner

    def _ready(self, images: Array) -> Model:
        self.prepare(images)
        assert self._inner is not None
        return self._inner

    def _scores(self, images: Array) -> Array:
        inner = self._ready(images)
        return inner.scores(self._turned(images))

    def _gradient(self, images: Array, seed: Array) -> Array:
        gradient = self._ready(images).gradient
        if gradient is None:
            raise ValueError("the model gives no gradients")
        result = gradient(self._turned(images), seed)
        if self._layout == "nhwc":
            return np.ascontiguousarray(result.transpose(0, 3, 1, 2))
        return result[:, None] if self._layout == "nhw" else result

    def _turned(self, images: Array) -> Array:
        if self._layout == "nhwc":
            return np.ascontiguousarray(images.transpose(0, 2, 3, 1))
        if self._layout != "nhw":
            return images
        if images.shape[1] != 1:
            raise ValueError(f"layout 'nhw' is for images of one channel, not {images.shape[1]}")
        return images[:, 0]


class Scaled(Model):
    """A model that is given `(scale · image - mean) / std` of images in [0, 1]."""

    def __init__(self, inner: Model, range: Sequence[float], mean: Optional[Numbers], std: Optional[Numbers]) -> None:
        low, high = float(range[0]), float(range[1])
        centre = np.atleast_1d(np.asarray(0 if mean is None else mean, "f8"))
        spread = np.atleast_1d(np.asarray(1 if std is None else std, "f8"))
        if high == low or not np.all(spread > 0):
            raise ValueError("range, std: use a range that is not empty and positive standard deviations")
        self._factor = self._shaped((high - low) / spread)
        self._offset = self._shaped((low - centre) / spread)
        self._inner = inner
        super().__init__(self._scores, None if inner.gradient is None else self._gradient, name=inner.name)
        self._tell()
        if inner.hash is not None:
            text = f"{inner.hash} {self._factor.tolist()} {self._offset.tolist()}"
            self.hash = hashlib.sha256(text.encode()).hexdigest()

    @staticmethod
    def _shaped(values: Array) -> Array:
        return values.astype("f4").reshape(1, -1, 1, 1)

    def _tell(self) -> None:
        inner = self._inner
        self.labels_only, self.parameters, self.batch, self.classes = (
            inner.labels_only, inner.parameters, inner.batch, inner.classes
        )
        if inner.gradient is None:
            self.gradient = None

    def prepare(self, images: Array, given: str = "nchw") -> None:
        for values, what in ((self._factor, "std"), (self._offset, "mean")):
            if values.shape[1] not in (1, images.shape[1]):
                raise ValueError(f"{what}: {values.shape[1]} numbers for images of {images.shape[1]} channels")
        self._inner.prepare(self._given(images), given)
        self._tell()

    def _given(self, images: Array) -> Array:
        return images * self._factor + self._offset

    def _scores(self, images: Array) -> Array:
        return self._inner.scores(self._given(images))

    def _gradient(self, images: Array, seed: Array) -> Array:
        gradient = self._inner.gradient
        if gradient is None:
            raise ValueError("the model gives no gradients")
        return gradient(self._given(images), seed) * self._factor


def model(
    anything: Any,
    *,
    layout: Optional[str] = None,
    name: Optional[str] = None,
    mean: Optional[Numbers] = None,
    std: Optional[Numbers] = None,
    range: Sequence[float] = (0, 1),
    framework: Optional[str] = None,
    device: Any = None,
    hash: Optional[str] = None,
    gradients: bool = True,
    batch: Optional[int] = None,
) -> Model:
    """A `Model` of a torch module, a Keras model, a function of a framework, or a scikit-learn classifier.

    Args:
        layout: `nchw`, `nhwc` or `nhw`: where the model wants the channels. By default torch modules are given `nchw`, Keras models
            what their input says, and functions and scikit-learn classifiers images as they were given to `sweep`.
        range, mean, std: the model is given images whose black and white are `range`, less `mean`, divided by `std` of each channel.
            ε stays in units of images in [0, 1].
        framework: `numpy`, `torch`, `tensorflow` or `jax`: what a function takes; by default what is imported is tried.
        device: where a torch function takes images; a module is asked.
        hash: see `Model`; made from the weights of torch modules and Keras models.
        gradients: False: the model is asked for scores only.
        batch: the most images that it takes at a time.
    """
    if layout is not None and layout not in LAYOUTS:
        raise ValueError(f"layout {layout!r}: use {', '.join(map(repr, LAYOUTS))}")
    if isinstance(anything, Model):
        made: Model = anything
        if layout not in (None, "nchw"):
            made = Arranged(lambda _: anything, layout, name=made.name, hash=made.hash, parameters=made.parameters)
            made.gradient = None if anything.gradient is None else made.gradient
    else:
        kind = _kind(anything)
        adapter = importlib.import_module(f"._{kind}", __package__)
        made = adapter.adapted(anything, layout=layout, framework=framework, device=device)
    if mean is not None or std is not None or tuple(range) != (0, 1):
        made = Scaled(made, range, mean, std)
    if made is not anything:
        made.name = name or made.name
        made.hash = hash or made.hash
        made.batch = batch or made.batch
        if not gradients:
            made.gradient = None
    elif name or hash or batch or not gradients:
        made = Model(
            made.scores, made.gradient if gradients else None, labels_only=made.labels_only, name=name or made.name,
            hash=hash or made.hash, parameters=made.parameters, batch=batch or made.batch, classes=made.classes,
        )
    return made


def _kind(anything: Any) -> str:
    """The module of this package that adapts it."""
    modules = {cls.__module__.split(".")[0] for cls in type(anything).__mro__}
    # Before torch: with that backend, layers of Keras are torch modules.
    if modules & {"keras", "tf_keras"} or ("tensorflow" in modules and hasattr(anything, "predict")):
        return "keras"
    if "torch" in modules:
        return "torch"
    if any(hasattr(anything, name) for name in ("predict_proba", "decision_function")) or "sklearn" in modules:
        return "sklearn"
    if callable(anything):
        return "functions"
    raise TypeError(
        f"a {type(anything).__name__} is no model that robust knows: give a torch module, a Keras model, a function from images "
        "to scores, a scikit-learn classifier, a path, or a robust.Model"
    )


def imported(framework: str) -> bool:
    return framework in sys.modules


NO_GRADIENT = (
    "no gradient of the scores reaches the images: they are computed by numpy, without a graph, or by what has no derivative; "
    "robust.model(…, gradients=False) leaves out what needs gradients"
)
