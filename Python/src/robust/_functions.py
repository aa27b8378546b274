"""Functions from images to scores, of whatever framework: the first answer tells."""

from __future__ import annotations

import hashlib
from typing import Any, Callable, Optional

import numpy as np

from . import _torch
from ._command import RobustError
from ._models import NO_GRADIENT, Arranged, Array, Model, imported

FRAMEWORKS = ("numpy", "torch", "tensorflow", "jax")


def adapted(function: Callable[[Any], Any], *, layout: Optional[str], framework: Optional[str], device: Any) -> Model:
    if framework is not None and framework not in FRAMEWORKS:
        raise ValueError(f"framework {framework!r}: use {', '.join(map(repr, FRAMEWORKS))}")
    name = getattr(function, "__name__", None) or type(function).__name__
    return Arranged(
        lambda images: told(function, images, framework, device), layout, name=name.strip("<>"), hash=_hash(function),
        parameters=None,
    )


def told(function: Callable[[Any], Any], images: Array, framework: Optional[str], device: Any) -> Model:
    """The model that `function` is, by what it answers to an image."""
    tried = [framework] if framework else [name for name in FRAMEWORKS if name == "numpy" or imported(name)]
    failures = []
    for name in tried:
        try:
            answer = function(_argument(np.array(images), name, device))
        except Exception as error:  # whatever a framework throws at arrays of another
            failures.append((name, error))
            continue
        if isinstance(answer, np.ndarray) and name != framework and imported("jax"):
            # What computes on arrays of numpy by their own methods may do so on those of JAX, which it differentiates.
            answer = _answer_to_jax(function, images, answer)
        return _by_answer(function, answer, framework, device)
    what = "; ".join(f"given {name}, {type(error).__name__}: {error}" for name, error in failures)
    raise RobustError(f"the model fails on an image of shape {list(images.shape)}: {what}", 65) from failures[-1][1]


def _answer_to_jax(function: Callable[[Any], Any], images: Array, otherwise: Array) -> Any:
    import jax

    try:
        jax.eval_shape(function, jax.ShapeDtypeStruct(images.shape, images.dtype))
        return function(_argument(np.array(images), "jax", None))
    except Exception:  # it is a function of numpy
        return otherwise


def _argument(images: Array, framework: str, device: Any) -> Any:
    if framework == "torch":
        import torch

        return torch.from_numpy(images).to(device or "cpu")
    if framework == "tensorflow":
        import tensorflow as tf

        return tf.convert_to_tensor(images)
    if framework == "jax":
        import jax.numpy as jnp

        return jnp.asarray(images)
    return images


def _by_answer(function: Callable[[Any], Any], answer: Any, framework: Optional[str], device: Any) -> Model:
    kind = framework or type(answer).__module__.split(".")[0]
    if kind == "torch" or hasattr(answer, "logits"):
        import torch

        return _torch.passes(function, device or "cpu", torch.float32)
    if kind in ("jax", "jaxlib"):
        return _jax(function)
    if kind == "tensorflow":
        return _tensorflow(function)
    if isinstance(answer, (dict, tuple)):
        raise ValueError(f"the model gives a {type(answer).__name__}, not scores: give a function that takes them out")
    return Model(lambda x: np.asarray(function(x)))


def _jax(function: Callable[[Any], Any]) -> Model:
    import jax
    import jax.numpy as jnp

    def product(images: Any, seed: Any) -> Any:
        out, back = jax.vjp(function, images)
        # Powers of two against derivatives that would vanish in 16 bits.
        exponent = jnp.frexp(jnp.abs(seed).max(1, keepdims=True))[1] if out.dtype == jnp.float16 else jnp.zeros((len(seed), 1), int)
        (result,) = back(jnp.ldexp(seed, -exponent).astype(out.dtype))
        return jnp.ldexp(result, exponent.reshape(-1, *[1] * (images.ndim - 1)))

    # What its author had compiled is compiled with its derivative. Other functions may look at values or draw random numbers.
    compiled = jax.jit(product) if hasattr(function, "lower") else product
    return Model(
        lambda x: np.asarray(function(jnp.asarray(x)), "f4"), lambda x, seed: np.asarray(compiled(jnp.asarray(x), jnp.asarray(seed)))
    )


def _tensorflow(function: Callable[[Any], Any]) -> Model:
    import tensorflow as tf

    def gradient(images: Array, seed: Array) -> Array:
        x = tf.convert_to_tensor(images)
        with tf.GradientTape() as tape:
            tape.watch(x)
            out = function(x)
        # As in other frameworks.
        half = out.dtype == tf.float16
        scale = np.ldexp(np.float32(1), np.frexp(np.abs(seed).max(1, keepdims=True))[1]) if half else np.ones((len(seed), 1), "f4")
        result = tape.gradient(out, x, output_gradients=tf.cast(tf.convert_to_tensor(seed / scale), out.dtype))
        if result is None:
            raise ValueError(NO_GRADIENT)
        back: Array = np.asarray(result, "f4") * scale.reshape(-1, *[1] * (images.ndim - 1))
        return back

    return Model(lambda x: np.asarray(function(tf.convert_to_tensor(x))).astype("f4"), gradient)


def _hash(function: Any) -> Optional[str]:
    """Of the variables of a `tf.Module`; what other functions depend on can't be seen."""
    variables = getattr(function, "variables", None)
    if variables is None or "tensorflow" not in {cls.__module__.split(".")[0] for cls in type(function).__mro__}:
        return None
    digest = hashlib.sha256(type(function).__qualname__.encode())
    for variable in variables:
        digest.update(f"{variable.name} {variable.shape}".encode() + np.asarray(variable).tobytes())
    return digest.hexdigest()
