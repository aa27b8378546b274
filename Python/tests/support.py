"""What tests of all frameworks share: a linear classifier whose attack is known in closed form, and finite differences."""

import importlib

import numpy as np
import pytest

RNG = np.random.default_rng(0)
COUNT = 60
WEIGHTS = RNG.normal(size=(5, 3 * 6 * 6)).astype("f4")
IMAGES = (RNG.integers(0, 256, size=(COUNT, 3, 6, 6)) / 255).astype("f4")
LABELS = (IMAGES.reshape(COUNT, -1) @ WEIGHTS.T).argmax(1)
# The same classifier of images with the channels last, flattened in that order.
NHWC_IMAGES = np.ascontiguousarray(IMAGES.transpose(0, 2, 3, 1))
NHWC_WEIGHTS = np.ascontiguousarray(WEIGHTS.reshape(5, 3, 6, 6).transpose(0, 2, 3, 1).reshape(5, -1))


def framework(name):
    """The module, or the test is skipped, which the last lines of the tests tell."""
    try:
        return importlib.import_module(name)
    except Exception as error:  # some fail by other errors than ImportError
        pytest.skip(f"NOT TESTED: {name} is not installed ({type(error).__name__})")


def expected(epsilon):
    """Which images of the linear classifier withstand FGSM on cross-entropy, in double precision."""
    w = WEIGHTS.astype("f8")
    x = IMAGES.reshape(COUNT, -1).astype("f8")
    scores = x @ w.T
    p = np.exp(scores - scores.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    p[np.arange(COUNT), LABELS] -= 1
    attacked = np.clip(x + epsilon * np.sign(p @ w), 0, 1)
    return (attacked @ w.T).argmax(1) == LABELS


def check(run, epsilon=2 / 255):
    rows = run.records.where(epsilon_text="2/255")
    assert len(rows) == COUNT
    assert np.array_equal(rows["prediction"] == rows["label"], expected(epsilon))
    assert run.robust_accuracy(epsilon) == pytest.approx(expected(epsilon).mean())
    assert "<svg" in run._repr_html_()


def check_gradient(model, images=IMAGES[:3], given="nchw", classes=5, step=1e-2, tolerance=2e-2):
    """The model's vector-Jacobian product against central differences along random directions, image by image."""
    model.prepare(images[:1].copy(), given)
    scores = np.asarray(model.scores(images))
    assert scores.shape == (len(images), classes)
    rng = np.random.default_rng(1)
    seed = rng.normal(size=scores.shape).astype("f4")
    for again in range(2):  # once from the pass that was kept, once anew
        gradient = np.asarray(model.gradient(images, seed))
        assert gradient.shape == images.shape and np.abs(gradient).max() > 0
    for _ in range(4):
        direction = rng.normal(size=images.shape).astype("f4")
        direction /= np.sqrt((direction**2).sum())
        ahead, behind = (np.asarray(model.scores(images + sign * step * direction), "f8") for sign in (1, -1))
        difference = ((ahead - behind) * seed).sum() / (2 * step)
        scale = float(np.abs(gradient).max())
        assert float((gradient * direction).sum()) == pytest.approx(float(difference), rel=tolerance, abs=tolerance * scale)
    # An image's gradient does not depend on its neighbours, and one image is a batch.
    alone = np.asarray(model.gradient(images[1:2], seed[1:2]))
    assert np.allclose(alone, gradient[1:2], rtol=1e-2, atol=1e-2 * np.abs(gradient).max())
