"""Images, labels and models of every form, without the program."""

import os

import numpy as np
import pytest
from support import IMAGES, LABELS, NHWC_IMAGES, WEIGHTS

import robust
from robust import _data, _models


@pytest.mark.parametrize("given", [
    IMAGES, IMAGES.tolist(), IMAGES.astype("f8"), IMAGES.astype(">f4"), np.asfortranarray(IMAGES), np.round(IMAGES * 255).astype("u1"),
    IMAGES.astype("f2"), IMAGES[::-1][::-1], NHWC_IMAGES, np.round(NHWC_IMAGES * 255).astype("u1"),
], ids=range(10))
def test_images(given):
    found, layout = _data.images(given)
    assert found.dtype == np.float32 and found.flags.c_contiguous and np.allclose(found, IMAGES, atol=1e-7)
    assert layout == ("nhwc" if np.shape(given)[3] == 3 else "nchw")


def test_grey_images():
    found, layout = _data.images(IMAGES[:, 0])
    assert found.shape == (60, 1, 6, 6) and layout == "nhw"


@pytest.mark.parametrize("given, message", [
    (IMAGES * 2, r"\[0, 1\]"), (IMAGES - 1, r"\[0, 1\]"), (IMAGES * np.nan, "nan"), ((IMAGES * 255).astype("i4"), "uint8"),
    (IMAGES * 0.999, "256 levels"), (IMAGES[0, 0], "shape"), (IMAGES[:0], "shape"), (np.zeros((2, 6, 6, 7)), "shape"),
])
def test_bad_images_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        _data.images(given)


@pytest.mark.parametrize("given", [
    LABELS, LABELS.tolist(), LABELS.astype("i4"), LABELS.astype("u1"), LABELS[:, None], LABELS.astype("f4"),
], ids=range(6))
def test_labels(given):
    found = _data.labels(given, 60)
    assert found.dtype == np.int64 and np.array_equal(found, LABELS)


@pytest.mark.parametrize("given, message", [
    (None, "missing"), (LABELS[:3], "60 images"), (np.eye(5)[LABELS], "argmax"), (LABELS + 0.5, "class numbers"), (LABELS - 5, "from 0"),
    ([str(label) for label in LABELS], "class numbers"),
])
def test_bad_labels_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        _data.labels(given, 60)


def test_arrays_are_refused_before_anything_runs():
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        robust.sweep(robust.Model(lambda x: x), IMAGES * 2, LABELS, quiet=True)
    with pytest.raises(ValueError, match="as an array"):
        robust.sweep(robust.Model(lambda x: x), "fashion-mnist-1000", quiet=True)


def test_things_that_are_no_models_are_refused():
    for thing in (3, None, [1, 2]):
        with pytest.raises(TypeError, match="no model"):
            robust.model(thing)
    with pytest.raises(ValueError, match="layout"):
        robust.model(len, layout="channels last")


def test_answers_that_are_no_scores_are_refused():
    for function, message in ((lambda x: x.sum((1, 2, 3)), "single|shape"), (lambda x: {"scores": x}, "dict")):
        with pytest.raises(ValueError, match=message):
            robust.sweep(function, IMAGES, LABELS, quiet=True)


def test_functions_may_change_what_they_are_given():
    def scores(x):
        x *= 2
        return x.reshape(len(x), -1) @ WEIGHTS.T

    images = IMAGES.copy()
    model = robust.model(scores)
    _ = _models.Arranged.prepare(model, images)
    assert np.array_equal(images, IMAGES)


def test_names_and_hashes():
    model = robust.model(robust.Model(lambda x: x), name="net", hash="w", batch=3)
    assert (model.name, model.hash, model.batch) == ("net", "w", 3)


def test_tables(tmp_path):
    path = os.path.join(tmp_path, "t.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write('a,b,c,d\n1,true,x,0.5\n2,false,"y,z",\n')
    table = robust.Table.read(path)
    assert table["a"].dtype.kind == "i" and table["b"].dtype.kind == "b" and table["c"][1] == "y,z"
    assert np.isnan(table["d"][1]) and len(table.where(a=2)) == 1
