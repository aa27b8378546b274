import numpy as np
import pytest
from support import COUNT, IMAGES, LABELS, NHWC_IMAGES, framework

import robust

ROWS = IMAGES.reshape(COUNT, -1)


@pytest.fixture(autouse=True)
def linear():
    return framework("sklearn.linear_model")


class LabelsOnly:
    """As `predict_proba` is missing of some."""

    __module__ = "sklearn.of_its_own"

    def fit(self, rows, labels):
        self.classes_ = np.unique(labels)

    def predict(self, rows):
        return (rows.sum(1) * 10).astype(int) % 5


def test_scores_only(linear):
    model = linear.LogisticRegression(max_iter=200).fit(ROWS, LABELS)
    with pytest.raises(robust.RobustError, match="gradients"):
        robust.sweep(model, IMAGES, LABELS, attack="fgsm", epsilon=["2/255"], quiet=True)
    run = robust.sweep(model, IMAGES, LABELS, attack="gaussian-noise", epsilon=["1/255"], quiet=True)
    assert np.array_equal(run.records.where(epsilon_text="1/255")["clean_prediction"], model.predict(ROWS))


def test_rows_are_in_the_order_in_which_images_are_held(linear):
    model = linear.LogisticRegression(max_iter=200).fit(NHWC_IMAGES.reshape(COUNT, -1), LABELS)
    run = robust.sweep(model, NHWC_IMAGES, LABELS, attack="gaussian-noise", epsilon=["1/255"], checks="none", quiet=True)
    assert np.array_equal(run.records["clean_prediction"], model.predict(NHWC_IMAGES.reshape(COUNT, -1)))


def test_other_estimators(linear):
    svm, neighbors, naive = (framework(f"sklearn.{name}") for name in ("svm", "neighbors", "naive_bayes"))
    two = (LABELS > 2).astype(int)
    for estimator, labels in (
        (svm.SVC(), LABELS), (naive.GaussianNB(), LABELS), (neighbors.KNeighborsClassifier(3), LABELS), (LabelsOnly(), LABELS), (svm.LinearSVC(), two),
        # A class that is missing in between.
        (naive.GaussianNB(), np.where(LABELS == 1, 0, LABELS)),
    ):
        estimator.fit(ROWS, labels)
        model = robust.model(estimator)
        model.prepare(IMAGES[:1])
        answer = np.asarray(model.scores(IMAGES))
        assert np.array_equal(answer if model.labels_only else answer.argmax(1), estimator.predict(ROWS))


def test_what_can_not_be_used_is_refused(linear):
    with pytest.raises(ValueError, match="class numbers"):
        robust.model(linear.LogisticRegression().fit(ROWS, LABELS.astype(str)))
    with pytest.raises(ValueError, match="fit it first"):
        robust.model(linear.LogisticRegression())
