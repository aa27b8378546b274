"""Turns images and labels of any kind of array into what the program reads."""

from __future__ import annotations

import hashlib
import os
from typing import Any, Optional, Sequence

import numpy as np

from ._models import Array


def array(values: Any) -> Array:
    """A numpy array of a list, or of an array of whatever framework on whatever device."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        # numpy has no bfloat16.
        values = (values.float() if values.is_floating_point() else values).numpy()
    return np.asarray(values)


def images(given: Any) -> tuple[Array, str]:
    """Images as `[N, C, H, W]`, float32 of whole levels k/255, and the layout in which they were given."""
    found = array(given)
    layout = "nchw"
    if found.ndim == 3:
        found, layout = found[:, None], "nhw"
    elif found.ndim == 4 and found.shape[1] > 4 and 1 <= found.shape[3] <= 4:
        found, layout = found.transpose(0, 3, 1, 2), "nhwc"
    if found.ndim != 4 or not 1 <= found.shape[1] <= 4 or 0 in found.shape:
        raise ValueError(f"images of shape {found.shape}: use [N, C, H, W], [N, H, W, C] or [N, H, W]")
    if found.dtype == np.uint8:
        return np.ascontiguousarray(found.astype("f4") / np.float32(255)), layout
    tolerance = 0.13 if found.dtype.itemsize == 2 else 1e-3
    found = np.ascontiguousarray(found, "f4")
    if not (found.min() >= 0 and found.max() <= 1):
        raise ValueError(
            f"images lie in [{found.min():.4g}, {found.max():.4g}]: give pixels in [0, 1], or as uint8, which are divided by 255, "
            "and what the model expects by range, mean and std"
        )
    levels = np.rint(found * np.float32(255))
    off = np.abs(found * np.float32(255) - levels) > tolerance
    if off.any():
        raise ValueError(
            f"images hold {found[off][0]:.6g}, which is none of the 256 levels k/255 of a pixel: x being the images, give "
            "numpy.rint(255 * x).astype('uint8')"
        )
    return np.ascontiguousarray(levels / np.float32(255)), layout


def labels(given: Any, count: int) -> Array:
    """`count` class numbers."""
    if given is None:
        raise ValueError("labels are missing: give one class number for each image")
    found = array(given)
    if found.shape not in ((count,), (count, 1)):
        hint = "; of one-hot rows, give labels.argmax(1)" if found.ndim == 2 and len(found) == count else ""
        raise ValueError(f"{count} images, but labels of shape {list(found.shape)}: give one class number for each{hint}")
    found = found.reshape(-1)
    if found.dtype.kind not in "iubf" or not np.all(found == np.floor(found)) or found.min() < 0:
        raise ValueError(f"labels {found[:5].tolist()} …: give class numbers from 0")
    return found.astype("i8")


def saved(pixels: Array, classes: Array, class_names: Optional[Sequence[str]]) -> str:
    """A file of the images and labels, named after what it holds, which stays: resuming and exporting read it again."""
    names = None if class_names is None else [str(name) for name in class_names]
    digest = hashlib.sha256(f"{pixels.shape} {names!r}".encode())
    digest.update(pixels.data)
    digest.update(classes.data)
    os.makedirs("runs", exist_ok=True)
    path = os.path.join("runs", f"images-{digest.hexdigest()[:12]}.npz")
    if not os.path.exists(path):
        arrays = {"images": pixels, "labels": classes}
        if names is not None:
            arrays["class_names"] = np.array(names)
        partial = f"{path}.{os.getpid()}.npz"
        np.savez(partial, **arrays)  # type: ignore[arg-type]
        os.replace(partial, path)
    return path
