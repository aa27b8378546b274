"""Runs the program on models of real frameworks; those that are not installed are skipped.

    ROBUST=.build/release/robust python -m pytest Python/tests
"""

import os
import tempfile

import numpy as np
import pytest

import robust

RNG = np.random.default_rng(0)
WEIGHTS = RNG.normal(size=(5, 3 * 6 * 6)).astype("f4")
IMAGES = (RNG.integers(0, 256, size=(60, 3, 6, 6)) / 255).astype("f4")
LABELS = (IMAGES.reshape(60, -1) @ WEIGHTS.T).argmax(1)


@pytest.fixture(autouse=True)
def folder(monkeypatch):
    with tempfile.TemporaryDirectory() as path:
        monkeypatch.chdir(path)
        yield path


def expected(epsilon):
    """Which images of the linear classifier withstand FGSM on cross-entropy, in double precision."""
    w = WEIGHTS.astype("f8")
    x = IMAGES.reshape(60, -1).astype("f8")
    scores = x @ w.T
    p = np.exp(scores - scores.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    p[np.arange(60), LABELS] -= 1
    attacked = np.clip(x + epsilon * np.sign(p @ w), 0, 1)
    return (attacked @ w.T).argmax(1) == LABELS


def check(run, epsilon=2 / 255):
    rows = run.records.where(epsilon_text="2/255")
    assert len(rows) == 60
    assert np.array_equal(rows["prediction"] == rows["label"], expected(epsilon))
    assert run.robust_accuracy(epsilon) == pytest.approx(expected(epsilon).mean())
    assert "<svg" in run._repr_html_()


def test_numpy_functions():
    model = robust.Model(
        lambda x: x.reshape(len(x), -1) @ WEIGHTS.T, lambda x, seed: (seed @ WEIGHTS).reshape(x.shape), name="linear"
    )
    check(robust.sweep(model, IMAGES, LABELS, attack="fgsm", epsilon=["2/255"], quiet=True))


def test_torch():
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(108, 5, bias=False))
    with torch.no_grad():
        model[1].weight.copy_(torch.from_numpy(WEIGHTS))
    model.train()
    run = robust.sweep(model, torch.from_numpy(IMAGES), LABELS, attack="fgsm", epsilon=["2/255"], quiet=True)
    check(run)
    assert model.training
    assert run.summary is not None


def test_jax():
    jax = pytest.importorskip("jax")
    check(
        robust.sweep(
            jax.jit(lambda x: x.reshape(len(x), -1) @ WEIGHTS.T), IMAGES, LABELS, attack="fgsm", epsilon=["2/255"], quiet=True
        )
    )


def test_several_models_and_layouts():
    def nhwc(x):
        assert x.shape[1:] == (6, 6, 3)
        return x.transpose(0, 3, 1, 2).reshape(len(x), -1) @ WEIGHTS.T

    run = robust.sweep(
        nhwc, IMAGES.transpose(0, 2, 3, 1), LABELS, layout="nhwc", attack="uniform-noise", epsilon=["2/255"], quiet=True
    )
    # Labels are the answers of this very function on the images in the other layout.
    assert np.array_equal(run.records["clean_prediction"], LABELS)


def test_scikit_learn_gives_scores_only():
    linear = pytest.importorskip("sklearn.linear_model")
    model = linear.LogisticRegression(max_iter=200).fit(IMAGES.reshape(60, -1), LABELS)
    with pytest.raises(robust.RobustError, match="gradients"):
        robust.sweep(model, IMAGES, LABELS, attack="fgsm", epsilon=["2/255"], quiet=True)
    run = robust.sweep(model, IMAGES, LABELS, attack="gaussian-noise", epsilon=["1/255"], quiet=True)
    assert np.array_equal(run.records.where(epsilon_text="1/255")["clean_prediction"], model.predict(IMAGES.reshape(60, -1)))
    with pytest.raises(ValueError, match="class numbers"):
        robust.model(linear.LogisticRegression().fit(IMAGES.reshape(60, -1), LABELS.astype(str)))


def test_failures_of_the_model_are_told():
    calls = []

    def broken(x):
        calls.append(len(x))
        if len(calls) > 2:
            raise ValueError("out of memory")
        return x.reshape(len(x), -1) @ WEIGHTS.T

    with pytest.raises(robust.RobustError, match="out of memory"):
        robust.sweep(robust.Model(broken), IMAGES, LABELS, attack="uniform-noise", epsilon=["8/255"], quiet=True)


def test_mean_and_std_keep_epsilon_in_pixels():
    model = robust.model(
        robust.Model(lambda x: x.reshape(len(x), -1) @ WEIGHTS.T, lambda x, seed: (seed @ WEIGHTS).reshape(x.shape)),
        mean=[0, 0, 0], std=[1, 1, 1],
    )
    check(robust.sweep(model, IMAGES, LABELS, attack="fgsm", epsilon=["2/255"], quiet=True))


def test_minimum_check_compare():
    model = robust.Model(
        lambda x: x.reshape(len(x), -1) @ WEIGHTS.T, lambda x, seed: (seed @ WEIGHTS).reshape(x.shape), name="linear"
    )
    smallest = robust.minimum(model, IMAGES, LABELS, attack="fgsm", max_epsilon=0.2, quiet=True)
    assert len(smallest.records) == 60
    run = robust.sweep(
        {"one": model, "two": model}, IMAGES, LABELS, attack="fgsm", epsilon=["2/255"], checks="none", quiet=True
    )
    withstands = run.records.where(model="one", epsilon_text="2/255")
    assert np.array_equal(withstands["prediction"] == withstands["label"], expected(2 / 255))
    assert robust.check(run, min_accuracy="0.01", quiet=True)
    assert not robust.check(run, min_accuracy="0.999@2/255", quiet=True)
    comparison = robust.compare(run, quiet=True)
    assert os.path.getsize(comparison.report) > 10_000


@pytest.mark.parametrize(
    "images, labels, message",
    [(IMAGES * 2, LABELS, r"\[0, 1\]"), (IMAGES, LABELS[:3], "60 images"), (IMAGES, None, "labels"), (IMAGES[0, 0], LABELS, "shape")],
)
def test_bad_arrays_are_refused(images, labels, message):
    with pytest.raises(ValueError, match=message):
        robust.sweep(robust.Model(lambda x: x), images, labels, quiet=True)


def test_things_that_are_no_models_are_refused():
    with pytest.raises(TypeError, match="no model"):
        robust.model(3)


def test_tables(tmp_path):
    path = os.path.join(tmp_path, "t.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write('a,b,c,d\n1,true,x,0.5\n2,false,"y,z",\n')
    table = robust.Table.read(path)
    assert table["a"].dtype.kind == "i" and table["b"].dtype.kind == "b" and table["c"][1] == "y,z"
    assert np.isnan(table["d"][1]) and len(table.where(a=2)) == 1
