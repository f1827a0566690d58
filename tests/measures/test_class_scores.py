"""Measures of each class, against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("typer", reason="the command line needs typer")

from bprop.measures.class_scores import average_precision, balanced_accuracy, f_scores, per_class

ROWS = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 3)), min_size=1, max_size=30)


@given(ROWS)
def test_the_average_precision_with_ties_and_weights(rows):
    metrics = pytest.importorskip("sklearn.metrics", reason="the reference is scikit-learn")
    score, positive = np.array([s for s, _, _ in rows]), np.array([up for _, up, _ in rows])
    w = np.array([float(weight) for _, _, weight in rows])
    found = average_precision(score, positive)(w)
    if w @ positive == 0:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(metrics.average_precision_score(positive, score, sample_weight=w))


@pytest.mark.parametrize("seed", range(3))
def test_recall_and_precision_of_each_class(seed):
    metrics = pytest.importorskip("sklearn.metrics", reason="the reference is scikit-learn")
    rng = np.random.default_rng(seed)
    y, predicted, w = rng.integers(4, size=60), rng.integers(4, size=60), rng.integers(1, 4, size=60) * 1.0
    found = per_class(predicted, y, w, 4)
    assert [one["rows"] for one in found] == np.bincount(y, minlength=4).tolist()
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(y, predicted, sample_weight=w, labels=range(4))
    assert [one["f1"] for one in found] == pytest.approx(f1)
    assert [one["recall"] for one in found] == pytest.approx(recall)
    assert [one["precision"] for one in found] == pytest.approx(precision)
    assert balanced_accuracy(predicted, y, 4)(w) == pytest.approx(recall.mean())


def test_a_class_that_is_not_there_has_no_recall_and_does_not_count():
    found = per_class(np.array([0, 0]), np.array([0, 1]), np.ones(2), 3)
    assert found[2] == {"rows": 0, "recall": None, "precision": None, "f1": None}
    assert found[1] == {"rows": 1, "recall": 0.0, "precision": None, "f1": 0.0}
    assert balanced_accuracy(np.array([0, 0]), np.array([0, 1]), 3)(np.ones(2)) == 0.5
    assert np.isnan(balanced_accuracy(np.array([0]), np.array([0]), 3)(np.zeros(1)))


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("weighted", [False, True])
def test_f1_precision_and_recall_are_those_of_scikit_learn(classes, weighted):
    metrics = pytest.importorskip("sklearn.metrics", reason="the reference is scikit-learn")
    rng = np.random.default_rng(classes)
    labels, predicted = rng.integers(classes, size=50), rng.integers(classes, size=50)
    w = rng.integers(1, 4, size=50).astype(float) if weighted else np.ones(50)
    average = "binary" if classes == 2 else "macro"
    ours = f_scores(predicted, labels, classes, 1)
    for name in ("f1", "precision", "recall"):
        theirs = getattr(metrics, f"{name}_score")(labels, predicted, average=average, sample_weight=w)
        assert ours[name](w) == pytest.approx(theirs)


def test_a_share_of_nothing_is_0_and_a_class_that_is_not_there_does_not_count():
    none = f_scores(np.zeros(3, int), np.zeros(3, int), 2, 1)
    assert {name: measure(np.ones(3)) for name, measure in none.items()} == {"f1": 0.0, "precision": 0.0, "recall": 0.0}
    alone = f_scores(np.array([0, 1]), np.array([0, 1]), 3, 1)
    assert alone["f1"](np.ones(2)) == 1.0
