"""Runs the program on models of numpy, as a user would.

    ROBUST=.build/release/robust python -m pytest Python
"""

import os
import signal
import subprocess
import time

import numpy as np
import pytest
from support import IMAGES, LABELS, NHWC_IMAGES, NHWC_WEIGHTS, WEIGHTS, check, expected, framework

import robust


def linear(**options):
    return robust.Model(
        lambda x: x.reshape(len(x), -1) @ WEIGHTS.T, lambda x, seed: (seed @ WEIGHTS).reshape(x.shape), name="linear", **options
    )


def test_numpy_functions():
    check(robust.sweep(linear(), IMAGES, LABELS, attack="fgsm", epsilon=["2/255"], quiet=True))


@pytest.mark.parametrize("epsilon", [2 / 255, np.float64(2 / 255), [2 / 255], np.array([2 / 255]), "2/255", np.float32(2 / 255)])
def test_budgets_of_any_kind(epsilon):
    run = robust.sweep(linear(), IMAGES, LABELS, epsilon=epsilon, checks="none", quiet=True)
    rows = run.records.where(epsilon=float(np.ravel(np.asarray(eval(epsilon) if isinstance(epsilon, str) else epsilon))[0]))
    assert np.array_equal(rows["prediction"] == rows["label"], expected(2 / 255))


def test_images_are_given_as_they_are_held():
    def last(x):
        assert x.shape[1:] == (6, 6, 3)
        return x.reshape(len(x), -1) @ NHWC_WEIGHTS.T

    for layout in (None, "nhwc"):
        run = robust.sweep(
            last, NHWC_IMAGES, LABELS, layout=layout, attack="uniform-noise", epsilon=["2/255"], checks="none", quiet=True
        )
        # Labels are the answers of this very function on the images in the other layout.
        assert np.array_equal(run.records["clean_prediction"], LABELS)


def test_one_image():
    run = robust.sweep(linear(), IMAGES[:1], LABELS[:1], epsilon=["2/255"], checks="none", quiet=True)
    assert len(run.records) == 1


def test_bytes_are_divided_by_255_and_preprocessing_is_recorded():
    pixels = np.round(IMAGES * 255).astype("u1")
    model = robust.Model(
        lambda x: (x.reshape(len(x), -1) / 255) @ WEIGHTS.T, lambda x, seed: (seed @ WEIGHTS).reshape(x.shape) / 255
    )
    run = robust.sweep(model, pixels, LABELS, epsilon=["2/255"], range=(0, 255), checks="none", quiet=True)
    check(run)
    with open(run.file("report.md"), encoding="utf-8") as report:
        assert "0 … 255" in (text := report.read()) or "0:255" in text
    mean, std = np.array([0.4, 0.5, 0.6], "f4"), np.array([0.2, 0.25, 0.3], "f4")
    shaped = [value.reshape(1, 3, 1, 1) for value in (mean, std)]
    normalised = robust.Model(
        lambda x: (x * shaped[1] + shaped[0]).reshape(len(x), -1) @ WEIGHTS.T,
        lambda x, seed: (seed @ WEIGHTS).reshape(x.shape) * shaped[1],
    )
    # By the program, and by the package.
    check(robust.sweep(normalised, IMAGES, LABELS, epsilon=["2/255"], mean=mean, std=std, checks="none", quiet=True))
    inside = robust.model(normalised, mean=mean.tolist(), std=std.tolist())
    check(robust.sweep(inside, IMAGES, LABELS, epsilon=["2/255"], checks="none", quiet=True))
    with pytest.raises(ValueError, match="2 numbers"):
        robust.sweep(robust.model(normalised, mean=[0.5, 0.5]), IMAGES, LABELS, epsilon=["2/255"], quiet=True)


def test_the_exception_of_the_model_is_the_cause():
    calls = []

    def broken(x):
        calls.append(len(x))
        if len(calls) > 2:
            raise ZeroDivisionError("out of memory")
        return x.reshape(len(x), -1) @ WEIGHTS.T

    with pytest.raises(robust.RobustError, match="out of memory") as caught:
        robust.sweep(robust.Model(broken), IMAGES, LABELS, attack="uniform-noise", epsilon=["8/255"], quiet=True)
    cause = caught.value.__cause__
    assert isinstance(cause, ZeroDivisionError) and caught.value.code == 65
    frames = []
    trace = cause.__traceback__
    while trace is not None:
        frames.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    assert "broken" in frames
    with pytest.raises(robust.RobustError, match="ZeroDivisionError") as caught:
        robust.sweep(robust.Model(broken), IMAGES, LABELS, quiet=True)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_what_was_stopped_goes_on(monkeypatch):
    """As Ctrl-C in a notebook: Python is interrupted, the program ends in order, and the same call goes on."""
    stop = {"after": 3, "passes": 0}

    def scores(x):
        stop["passes"] += 1
        if stop["passes"] == stop["after"]:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)
        return x.reshape(len(x), -1) @ WEIGHTS.T

    def model():
        return robust.Model(scores, lambda x, seed: (seed @ WEIGHTS).reshape(x.shape), hash="w1", batch=10, name="linear")

    options = dict(epsilon=["2/255"], checks="none", quiet=True, threads=1, output="stopped")
    with pytest.raises(KeyboardInterrupt):
        robust.sweep(model(), IMAGES, LABELS, **options)
    children = subprocess.run(["ps", "-o", "ppid=", "-C", "robust"], capture_output=True, text=True).stdout.split()
    assert str(os.getpid()) not in children
    assert os.path.exists("stopped/run.sqlite") and not os.path.exists("stopped/accuracy.csv")
    before = stop["passes"]
    check(robust.sweep(model(), IMAGES, LABELS, **options))
    again = stop["passes"] - before
    before = stop["passes"]
    robust.sweep(model(), IMAGES, LABELS, **{**options, "output": "whole"})
    assert again <= stop["passes"] - before


def test_results_in_numpy_and_pandas():
    pandas = framework("pandas")
    run = robust.sweep(linear(), IMAGES, LABELS, attack=["fgsm", "bim"], epsilon=["0", "2/255", "4/255"], quiet=True)
    curve = run.curve()
    assert np.allclose(curve["epsilon"], [0, 2 / 255, 4 / 255]) and np.all(np.diff(curve["accuracy"]) <= 0)
    assert curve["accuracy"][1] == run.robust_accuracy(2 / 255)
    assert len(run.curve(attack=run.accuracy["attack"][0])) == 3
    assert len(run.records) == 2 * 3 * 60 and isinstance(run.records["label"], np.ndarray)
    frame = run.records.to_pandas()
    assert isinstance(frame, pandas.DataFrame) and frame["label"].dtype.kind == "i"
    assert {"severity", "title"} <= set(run.findings.columns)
    assert run.path in run._repr_html_() and "<table" in run._repr_html_() and "Run(" in repr(run)


def test_the_program_is_missing(monkeypatch):
    monkeypatch.setenv("ROBUST", "/nonexistent/robust")
    with pytest.raises(robust.RobustError, match="ROBUST names, does not exist"):
        robust.version()
    monkeypatch.setenv("ROBUST", os.getcwd())
    with pytest.raises(robust.RobustError, match="no program"):
        robust.version()
    monkeypatch.delenv("ROBUST")
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(robust.RobustError, match="make install") as caught:
        robust.version()
    assert caught.value.code == 127


def test_minimum_check_compare():
    model = linear()
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
