"""Modules and functions of PyTorch."""

from __future__ import annotations

import hashlib
import re
import threading
from typing import Any, Callable, Optional

import numpy as np

from ._models import NO_GRADIENT, Arranged, Array, Model


def adapted(module: Any, *, layout: Optional[str], framework: Optional[str], device: Any) -> Model:
    import torch

    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"a {type(module).__name__} is no model: give a torch.nn.Module or a function from images to scores")
    tensors = [*module.parameters(), *module.buffers()]
    place = device or (tensors[0].device if tensors else "cpu")
    dtype = next((tensor.dtype for tensor in tensors if tensor.is_floating_point()), torch.float32)
    return Arranged(
        lambda _: passes(_Evaluating(module), place, dtype), layout or "nchw", name=type(module).__name__, hash=_hash(module),
        parameters=sum(parameter.numel() for parameter in module.parameters()),
    )


class _Evaluating:
    """A module that is put to `eval` for each pass, and back as it was: submodules may differ from the whole."""

    def __init__(self, module: Any) -> None:
        self.module = module

    def __call__(self, images: Any) -> Any:
        if not self.module.training:
            return self.module(images)
        training = [part for part in self.module.modules() if part.training]
        self.module.eval()
        try:
            return self.module(images)
        finally:
            for part in training:
                part.training = True


class _KeptPass(threading.local):
    """The last forward pass of a thread, whose graph the gradient that is usually asked for next can use."""

    images: Optional[Array] = None
    graph: Any = None

    def take(self, images: Array) -> Any:
        kept, graph = self.images, self.graph
        self.images = self.graph = None
        return graph if kept is not None and _are_equal(kept, images) else None

    def keep(self, images: Array, graph: Any) -> None:
        self.images, self.graph = images, graph


def _are_equal(one: Array, other: Array) -> bool:
    """Bit by bit, in pieces that stay in the cache."""
    if one.shape != other.shape:
        return False
    first, second = (np.ascontiguousarray(array).reshape(-1).view("u4") for array in (one, other))
    size = 1 << 16
    return all(np.array_equal(first[at : at + size], second[at : at + size]) for at in range(0, len(first), size))


def passes(function: Callable[[Any], Any], device: Any, dtype: Any) -> Model:
    """Scores and gradients of a function of tensors on `device` of type `dtype`."""
    import torch

    kept = _KeptPass()

    def forward(images: Array) -> tuple[Any, Any]:
        x = torch.from_numpy(np.ascontiguousarray(images)).to(device=device, dtype=dtype).requires_grad_(True)
        with torch.inference_mode(False), torch.enable_grad():
            out = function(x)
            # As models of transformers answer.
            out = getattr(out, "logits", out)
        if not torch.is_tensor(out):
            raise ValueError(f"the model gives a {type(out).__name__}, not a tensor of scores: give a function that takes them out")
        return x, out

    def scores(images: Array) -> Array:
        x, out = forward(images)
        kept.keep(images, (x, out))
        return _array(out)

    def gradient(images: Array, seed: Array) -> Array:
        x, out = kept.take(images) or forward(images)
        if not out.requires_grad:
            raise ValueError(NO_GRADIENT)
        scale: Any = 1
        if torch.float16 in (out.dtype, x.dtype):
            # The derivatives of a loss that is nearly 0 would vanish in 16 bits. Powers of two round nothing.
            scale = np.ldexp(np.float32(1), np.frexp(np.abs(seed).max(1, keepdims=True))[1])
            seed = seed / scale
            scale = scale.reshape(-1, *[1] * (images.ndim - 1))
        (result,) = torch.autograd.grad(out, x, torch.from_numpy(np.ascontiguousarray(seed)).to(out), allow_unused=True)
        if result is None:
            raise ValueError(NO_GRADIENT)
        array = _array(result)
        return array if isinstance(scale, int) else array * scale

    return Model(scores, gradient)


def _array(tensor: Any) -> Array:
    array: Array = tensor.detach().float().cpu().numpy()
    return array


def _hash(module: Any) -> str:
    """Of the weights, and of what the module prints: equal weights may be those of other layers."""
    import torch

    digest = hashlib.sha256(re.sub(r" at 0x[0-9a-f]+", "", repr(module)).encode())
    for key, value in module.state_dict().items():
        digest.update(key.encode())
        try:
            digest.update(value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
        except (AttributeError, RuntimeError, TypeError, NotImplementedError):
            digest.update(repr(value).encode())
    return digest.hexdigest()
