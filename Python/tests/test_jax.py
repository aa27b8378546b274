import numpy as np
import pytest
from support import IMAGES, LABELS, NHWC_IMAGES, NHWC_WEIGHTS, WEIGHTS, check, check_gradient, framework

import robust


@pytest.fixture(autouse=True)
def jax():
    return framework("jax")


def test_a_compiled_function_is_swept(jax):
    check(robust.sweep(jax.jit(lambda x: x.reshape(len(x), -1) @ WEIGHTS.T), IMAGES, LABELS, epsilon=["2/255"], quiet=True))


def test_images_are_given_as_they_are_held(jax):
    def last(x):
        assert x.shape[1:] == (6, 6, 3)
        return x.reshape(len(x), -1) @ NHWC_WEIGHTS.T

    check(robust.sweep(last, jax.numpy.asarray(NHWC_IMAGES), jax.numpy.asarray(LABELS), epsilon=["2/255"], checks="none", quiet=True))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("compiled", [False, True])
def test_gradients(jax, dtype, compiled):
    kind = getattr(jax.numpy, dtype)

    def function(x):
        h = jax.numpy.tanh(jax.numpy.asarray(x, kind).reshape(len(x), -1) @ jax.numpy.asarray(WEIGHTS * 0.05, kind).T)
        return h * 2

    model = robust.model(jax.jit(function) if compiled else function, framework="jax")
    check_gradient(model, **({} if dtype == "float32" else {"step": 0.5, "tolerance": 0.1}))
    seed = np.eye(5, dtype="f4")[:3]
    own = jax.vjp(lambda x: jax.numpy.tanh(x.reshape(3, -1) @ WEIGHTS.T * 0.05) * 2, IMAGES[:3])[1](seed)[0]
    tolerance = 1e-5 if dtype == "float32" else 0.05
    assert np.allclose(model.gradient(IMAGES[:3], seed), own, atol=tolerance * np.abs(own).max())
    assert np.allclose(model.gradient(IMAGES[:3], seed * 1e-9) * 1e9, own, atol=tolerance * np.abs(own).max())


def test_functions_that_need_arrays_of_jax(jax):
    check_gradient(robust.model(lambda x: x.at[:, 0].multiply(2.0).reshape(len(x), -1) @ WEIGHTS.T))


@pytest.mark.parametrize("api", ["linen", "nnx"])
def test_flax(jax, api):
    flax = framework("flax." + api)
    if api == "linen":

        class Net(flax.Module):
            @flax.compact
            def __call__(self, x):
                x = flax.tanh(flax.Conv(4, (3, 3))(x))
                return flax.Dense(5)(x.reshape(len(x), -1))

        net = Net()
        weights = net.init(jax.random.key(0), NHWC_IMAGES[:1])
        function = lambda x: net.apply(weights, x)  # noqa: E731
    else:

        class Network(flax.Module):
            def __init__(self, rngs):
                self.conv, self.drop = flax.Conv(3, 4, (3, 3), rngs=rngs), flax.Dropout(0.5, rngs=rngs)
                self.dense = flax.Linear(4 * 36, 5, rngs=rngs)

            def __call__(self, x):
                x = self.drop(flax.tanh(self.conv(x)))
                return self.dense(x.reshape(len(x), -1))

        function = Network(flax.Rngs(0))
        function.eval()
    model = robust.model(function)
    check_gradient(model, given="nhwc")
    seed = np.eye(5, dtype="f4")[:3]
    own = np.asarray(jax.vjp(function, jax.numpy.asarray(NHWC_IMAGES[:3]))[1](seed)[0]).transpose(0, 3, 1, 2)
    assert np.allclose(model.gradient(IMAGES[:3], seed), own, atol=1e-6)
