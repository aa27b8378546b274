"""Turns what people call a model into scores and vector-Jacobian products of numpy arrays."""

from __future__ import annotations

import hashlib
import threading
from typing import Any, Callable, Optional, Sequence

import numpy as np

Array = np.ndarray


class Model:
    """A classifier by functions of numpy arrays, for what no adapter knows.

    Args:
        scores: images `[batch, channels, rows, columns]`, float32 in [0, 1], to scores `[batch, classes]`, unbounded.
        gradient: images and a seed `[batch, classes]` to `Σ_k seed(b, k) ∂score(b, k)/∂image`, of the images' shape; None: the
            model gives no gradients, and attacks that need them are refused.
        labels_only: whether `scores` gives predicted classes `[batch]` instead.
        name: what reports call it.
        hash: what changes when its weights do, by which a run that goes on knows the model again; None: no run can go on with it.
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
    ) -> None:
        self.scores = scores
        self.gradient = gradient
        self.labels_only = labels_only
        self.name = name
        self.hash = hash
        self.parameters = parameters
        self.batch = batch

    @property
    def gives(self) -> str:
        return "labels" if self.labels_only else "scores" if self.gradient is None else "gradients"


def model(
    anything: Any,
    *,
    layout: str = "nchw",
    name: Optional[str] = None,
    mean: Optional[Sequence[float]] = None,
    std: Optional[Sequence[float]] = None,
) -> Model:
    """A `Model` of a torch module, a Keras model, a function of a framework, or a scikit-learn classifier.

    Args:
        layout: `nchw` or `nhwc`: where the model wants the channels. Images are given to `sweep` as `[N, C, H, W]` or
            `[N, H, W, C]` all the same.
        mean, std: of each channel; the model is given `(image - mean) / std`, and ε stays in units of the image.
    """
    if isinstance(anything, Model):
        return anything
    if layout not in ("nchw", "nhwc"):
        raise ValueError(f"layout {layout!r}: use 'nchw' or 'nhwc'")
    kind = _kind(anything)
    adapter = {"torch": _torch, "sklearn": _sklearn, "keras": _keras, "function": _function}[kind]
    made = adapter(anything, layout)
    if mean is not None or std is not None:
        made = _normalised(made, mean, std)
    if name is not None:
        made.name = name
    return made


def _kind(anything: Any) -> str:
    modules = {cls.__module__.split(".")[0] for cls in type(anything).__mro__}
    if "torch" in modules:
        return "torch"
    if "keras" in modules or ("tensorflow" in modules and hasattr(anything, "predict")):
        return "keras"
    if any(hasattr(anything, name) for name in ("predict_proba", "decision_function")) or "sklearn" in modules:
        return "sklearn"
    if callable(anything):
        return "function"
    raise TypeError(
        f"a {type(anything).__name__} is no model that robust knows: give a torch module, a Keras model, a function from images "
        "to scores, a scikit-learn classifier, a path, or a robust.Model"
    )


def _normalised(inner: Model, mean: Optional[Sequence[float]], std: Optional[Sequence[float]]) -> Model:
    def shaped(values: Optional[Sequence[float]], default: float) -> Array:
        return np.asarray([default] if values is None else values, "f4").reshape(1, -1, 1, 1)

    centre, scale = shaped(mean, 0), shaped(std, 1)
    if not np.all(scale > 0):
        raise ValueError("std: use positive numbers")
    gradient = inner.gradient
    return Model(
        lambda x: inner.scores((x - centre) / scale),
        None if gradient is None else lambda x, seed: gradient((x - centre) / scale, seed) / scale,
        labels_only=inner.labels_only, name=inner.name, parameters=inner.parameters, batch=inner.batch,
        hash=inner.hash and hashlib.sha256(f"{inner.hash} {centre.tolist()} {scale.tolist()}".encode()).hexdigest(),
    )


class _KeptPass(threading.local):
    """The last forward pass of a thread, whose graph the gradient that is usually asked for next can use."""

    images: Optional[Array] = None
    graph: Any = None

    def take(self, images: Array) -> Any:
        kept, graph = self.images, self.graph
        self.images = self.graph = None
        same = kept is not None and kept.shape == images.shape and kept.tobytes() == images.tobytes()
        return graph if same else None

    def keep(self, images: Array, graph: Any) -> None:
        self.images, self.graph = images, graph


def _torch(module: Any, layout: str) -> Model:
    import torch

    is_module = isinstance(module, torch.nn.Module)
    tensors = [*module.parameters(), *module.buffers()] if is_module else []
    device = tensors[0].device if tensors else torch.device("cpu")
    dtype = next((t.dtype for t in tensors if t.is_floating_point()), torch.float32)
    kept = _KeptPass()

    def forward(images: Array) -> tuple[Any, Any]:
        was_training = is_module and module.training
        if was_training:
            module.eval()
        try:
            x = torch.from_numpy(np.ascontiguousarray(images)).to(device=device, dtype=dtype).requires_grad_(True)
            with torch.enable_grad():
                return x, module(x.permute(0, 2, 3, 1) if layout == "nhwc" else x)
        finally:
            if was_training:
                module.train()

    def scores(images: Array) -> Array:
        x, out = forward(images)
        kept.keep(images, (x, out))
        return out.detach().float().cpu().numpy()

    def gradient(images: Array, seed: Array) -> Array:
        x, out = kept.take(images) or forward(images)
        (result,) = torch.autograd.grad(out, x, torch.from_numpy(np.ascontiguousarray(seed)).to(out))
        return result.float().cpu().numpy()

    digest = hashlib.sha256()
    if is_module:
        for key, value in module.state_dict().items():
            digest.update(key.encode())
            if hasattr(value, "detach"):
                digest.update(value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return Model(
        scores, gradient, name=type(module).__name__, hash=digest.hexdigest() if is_module else None,
        parameters=sum(p.numel() for p in module.parameters()) if is_module else None,
    )


def _keras(network: Any, layout: str) -> Model:
    def call(x: Any) -> Any:
        return network(x, training=False)

    made = _function(call, layout)
    digest = hashlib.sha256()
    for weight in network.get_weights():
        digest.update(np.ascontiguousarray(weight).tobytes())
    made.hash, made.name = digest.hexdigest(), getattr(network, "name", "keras")
    made.parameters = int(network.count_params()) if hasattr(network, "count_params") else None
    return made


def _function(function: Callable[[Any], Any], layout: str) -> Model:
    """A function whose framework the first answer tells."""
    chosen: dict[str, Model] = {}
    lock = threading.Lock()

    def given(images: Array) -> Array:
        return np.ascontiguousarray(images.transpose(0, 2, 3, 1)) if layout == "nhwc" else images

    def returned(gradient: Array) -> Array:
        return np.ascontiguousarray(gradient.transpose(0, 3, 1, 2)) if layout == "nhwc" else gradient

    def inner(images: Array) -> Model:
        with lock:
            if not chosen:
                chosen["model"] = _of_framework(function, function(given(images[:1])), given, returned, layout)
            return chosen["model"]

    made = Model(
        lambda x: inner(x).scores(x), lambda x, seed: inner(x).gradient(x, seed),  # type: ignore[misc]
        name=getattr(function, "__name__", "function").strip("<>"),
    )

    def prepare(images: Array) -> None:
        if inner(images).gradient is None:
            made.gradient = None

    made.prepare = prepare  # type: ignore[attr-defined]
    return made


def _of_framework(
    function: Callable[[Any], Any], answer: Any, given: Callable[[Array], Array], returned: Callable[[Array], Array], layout: str
) -> Model:
    framework = type(answer).__module__.split(".")[0]
    if framework == "torch":
        return _torch(function, layout)
    if framework in ("jax", "jaxlib"):
        import jax

        def jax_gradient(images: Array, seed: Array) -> Array:
            return returned(np.asarray(jax.vjp(function, given(images))[1](seed)[0]))

        return Model(lambda x: np.asarray(function(given(x))), jax_gradient)
    if framework == "tensorflow":
        import tensorflow as tf

        def tf_gradient(images: Array, seed: Array) -> Array:
            x = tf.convert_to_tensor(given(images))
            with tf.GradientTape() as tape:
                tape.watch(x)
                out = function(x)
            return returned(tape.gradient(out, x, output_gradients=tf.convert_to_tensor(seed)).numpy())

        return Model(lambda x: np.asarray(function(tf.convert_to_tensor(given(x)))), tf_gradient)
    return Model(lambda x: np.asarray(function(given(x))))


def _sklearn(estimator: Any, layout: str) -> Model:
    def flat(images: Array) -> Array:
        images = images.transpose(0, 2, 3, 1) if layout == "nhwc" else images
        return images.reshape(len(images), -1)

    name = type(estimator).__name__
    classes = np.asarray(estimator.classes_)
    if classes.dtype.kind not in "iu" or classes.min() < 0:
        raise ValueError(f"{name} tells {classes[:5].tolist()} … apart: train it on class numbers from 0")

    def by_class(values: Array) -> Array:
        """Columns by class number; a class that it was not trained on is never the answer."""
        placed = np.repeat(values.min(1, keepdims=True) - 100, int(classes.max()) + 1, 1)
        placed[:, classes] = values
        return placed

    if hasattr(estimator, "decision_function"):

        def scores(images: Array) -> Array:
            values = np.asarray(estimator.decision_function(flat(images)), "f4")
            return by_class(np.stack([np.zeros_like(values), values], 1) if values.ndim == 1 else values)

        return Model(scores, name=name)
    if hasattr(estimator, "predict_proba"):

        def log_probabilities(images: Array) -> Array:
            return by_class(np.log(np.maximum(np.asarray(estimator.predict_proba(flat(images)), "f8"), 1e-30)))

        return Model(log_probabilities, name=name)
    return Model(lambda x: np.asarray(estimator.predict(flat(x))), labels_only=True, name=name)
