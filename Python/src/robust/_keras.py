"""Models of Keras, on whichever backend."""

from __future__ import annotations

import hashlib
from typing import Any, Optional

import numpy as np

from ._functions import told
from ._models import Arranged, Array, Model


def adapted(network: Any, *, layout: Optional[str], framework: Optional[str], device: Any) -> Model:
    rank = len(getattr(network, "input_shape", None) or ()) or 4

    def make(image: Array) -> Model:
        if rank != 2:
            return told(_Logits(network), image, framework, device)
        # A dense network is given rows; its gradients get back the shape of images.
        inner = told(_Logits(network), image.reshape(1, -1), framework, device)
        product = inner.gradient
        return Model(
            lambda x: inner.scores(x.reshape(len(x), -1)),
            None if product is None else lambda x, seed: product(x.reshape(len(x), -1), seed).reshape(x.shape),
        )

    own = {2: None, 3: "nhw"}.get(rank, _layout_of_images())
    return Arranged(
        make, layout or own, name=getattr(network, "name", "keras"), hash=_hash(network),
        parameters=int(network.count_params()) if getattr(network, "built", True) else None,
    )


def _layout_of_images() -> str:
    import keras

    return "nchw" if keras.backend.image_data_format() == "channels_first" else "nhwc"


def _hash(network: Any) -> str:
    """Of the weights, and of the layers where these can be told: equal weights may be those of others."""
    digest = hashlib.sha256(type(network).__qualname__.encode())
    try:
        digest.update(network.to_json().encode())
    except Exception:  # models in code of the user's own
        pass
    for weight in network.get_weights():
        digest.update(f"{weight.shape}".encode() + np.ascontiguousarray(weight).tobytes())
    return digest.hexdigest()


class _Logits:
    """A network without dropout, and without the softmax at its end, since attacks need the scores before it."""

    def __init__(self, network: Any) -> None:
        import keras

        self._network, self._softmax = network, None
        last = _last_layer(network)
        if isinstance(last, keras.layers.Softmax):
            is_sequence = isinstance(network, keras.Sequential)
            self._network = keras.Sequential(network.layers[:-1]) if is_sequence else keras.Model(network.inputs, last.input)
        elif getattr(last, "activation", None) is keras.activations.softmax:
            self._softmax = last

    def __call__(self, images: Any) -> Any:
        import keras

        if self._softmax is None:
            return self._network(images, training=False)
        self._softmax.activation = keras.activations.linear
        try:
            return self._network(images, training=False)
        finally:
            self._softmax.activation = keras.activations.softmax


def _last_layer(network: Any) -> Any:
    """The layer that makes the output of `network`; None if that can't be told."""
    import keras

    try:
        last = network.layers[-1]
        return last if isinstance(network, keras.Sequential) or last.output is network.output else None
    except (AttributeError, IndexError, TypeError, ValueError):  # a model in code of the user's own
        return None
