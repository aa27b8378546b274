import numpy as np
import pytest
from support import IMAGES, LABELS, NHWC_IMAGES, NHWC_WEIGHTS, check, check_gradient, framework

import robust


@pytest.fixture(autouse=True)
def tf():
    return framework("tensorflow")


@pytest.fixture
def keras():
    return framework("keras")


def linear_module(tf, compiled=False):
    class Linear(tf.Module):
        def __init__(self):
            super().__init__()
            self.w = tf.Variable(NHWC_WEIGHTS.T)

        def __call__(self, x):
            return tf.reshape(x, [tf.shape(x)[0], -1]) @ self.w

    module = Linear()
    return tf.function(module.__call__) if compiled else module


def test_a_module_is_swept(tf):
    module = linear_module(tf)
    check(robust.sweep(module, tf.constant(NHWC_IMAGES), tf.constant(LABELS), epsilon=["2/255"], checks="none", quiet=True))
    assert robust.model(module).hash == robust.model(linear_module(tf)).hash


@pytest.mark.parametrize("compiled", [False, True])
def test_gradients_of_functions(tf, compiled):
    check_gradient(robust.model(linear_module(tf, compiled)), given="nhwc")


def test_saved_models(tf):
    module = linear_module(tf)
    module.serve = tf.function(module.__call__, input_signature=[tf.TensorSpec([None, 6, 6, 3])])
    tf.saved_model.save(module, "saved")
    loaded = tf.saved_model.load("saved")
    check_gradient(robust.model(loaded.serve), given="nhwc")


def test_half_precision(tf):
    def function(x):
        x = tf.cast(x, tf.float16)
        return tf.tanh(tf.reshape(x, [len(x), -1]) @ tf.cast(NHWC_WEIGHTS.T * 0.05, tf.float16))

    model = robust.model(function)
    check_gradient(model, given="nhwc", step=0.5, tolerance=0.1)
    seed = np.eye(5, dtype="f4")[:3]
    large, small = model.gradient(IMAGES[:3], seed), model.gradient(IMAGES[:3], seed * 1e-9) * 1e9
    assert np.allclose(large, small, rtol=1e-2, atol=1e-4)


def test_what_gives_no_gradient_says_so(tf):
    model = robust.model(lambda x: tf.one_hot(tf.argmax(tf.reshape(x, [len(x), -1]), 1) % 5, 5), framework="tensorflow")
    with pytest.raises(ValueError, match="no gradient"):
        model.gradient(IMAGES[:2], np.ones((2, 5), "f4"))


def convolutional(keras, *last):
    layers = keras.layers
    keras.utils.set_random_seed(0)
    return keras.Sequential([
        layers.Input((6, 6, 3)), layers.Conv2D(4, 3, activation="tanh"), layers.BatchNormalization(), layers.Dropout(0.5),
        layers.Flatten(), *last,
    ])


def test_keras_gradients_are_those_of_the_framework(tf, keras):
    network = convolutional(keras, keras.layers.Dense(5))
    model = robust.model(network)
    check_gradient(model)  # channels last, whatever the layout of the images
    x, seed = tf.constant(NHWC_IMAGES[:3]), np.eye(5, dtype="f4")[:3]
    with tf.GradientTape() as tape:
        tape.watch(x)
        out = network(x, training=False)
    own = tape.gradient(out, x, output_gradients=seed).numpy().transpose(0, 3, 1, 2)
    assert np.allclose(model.gradient(IMAGES[:3], seed), own, atol=1e-6)
    assert model.parameters == network.count_params()


@pytest.mark.parametrize("kind", ["activation", "layer", "softmax", "functional"])
def test_the_softmax_at_the_end_is_left_out(tf, keras, kind):
    layers = keras.layers
    if kind == "activation":
        network = convolutional(keras, layers.Dense(5, activation="softmax"))
    elif kind == "functional":
        inputs = keras.Input((6, 6, 3))
        network = keras.Model(inputs, layers.Dense(5, activation="softmax")(layers.Flatten()(inputs)))
    else:
        network = convolutional(keras, layers.Dense(5), layers.Softmax() if kind == "softmax" else layers.Activation("softmax"))
    model = robust.model(network)
    scores = model.scores(IMAGES[:4])
    probabilities = np.asarray(network(NHWC_IMAGES[:4], training=False))
    assert np.allclose(np.asarray(tf.nn.softmax(scores)), probabilities, atol=1e-6)
    assert not np.allclose(scores.sum(1), 1)
    check_gradient(model)
    assert np.allclose(np.asarray(network(NHWC_IMAGES[:4], training=False)), probabilities)


def test_keras_inputs_without_channels(keras):
    layers = keras.layers
    grey = IMAGES[:, :1]
    for network in (
        keras.Sequential([layers.Input((6, 6)), layers.Flatten(), layers.Dense(5)]),
        keras.Sequential([layers.Input((36,)), layers.Dense(5)]),
    ):
        check_gradient(robust.model(network), images=grey[:3])


def test_keras_is_swept(keras):
    network = keras.Sequential([keras.layers.Input((6, 6, 3)), keras.layers.Flatten(), keras.layers.Dense(5, use_bias=False)])
    network.set_weights([NHWC_WEIGHTS.T])
    check(robust.sweep(network, IMAGES, LABELS, epsilon=["2/255"], checks="none", quiet=True))


def test_keras_models_in_code(keras):
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(5)

        def call(self, x, training=False):
            return self.dense(keras.ops.reshape(x, (len(x), 108)))

    check_gradient(robust.model(Own()))
