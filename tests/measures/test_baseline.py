"""The scores of an answer that is always the same."""

import numpy as np
import pytest

pytest.importorskip("typer", reason="the command line needs typer")

from bprop.measures.baseline import baseline, beside, by_chance
from bprop.measures.judge import Question
from bprop.sources.answer import Answer

PETS = Answer(("y",), "classification", ("cat", "dog"))


def test_of_classes_it_is_the_share_of_the_most_frequent_one():
    found = baseline(PETS, np.array([0, 1, 1, 1]), np.ones(4))
    assert found == {"always": "dog", "accuracy": 0.75}
    assert beside(found) == {"accuracy": "always dog: 75.00%"}
    assert baseline(PETS, np.array([0, 1, 1, 1]), np.array([9.0, 1, 1, 1])) == {"always": "cat", "accuracy": 0.75}
    assert baseline(PETS, np.array([0]), np.zeros(1)) == {}


def test_of_values_it_is_scikit_learns_dummy():
    dummy = pytest.importorskip("sklearn.dummy", reason="the reference is scikit-learn")
    rng = np.random.default_rng(0)
    y, x = rng.gamma(1.0, 5.0, size=101), np.zeros((101, 1))
    found = baseline(Answer(("y",), "regression", None), y, np.ones(101))
    mean, median = (dummy.DummyRegressor(strategy=how).fit(x, y).predict(x) for how in ("mean", "median"))
    assert found["rmse"] == pytest.approx(np.sqrt(((y - mean) ** 2).mean()))
    assert found["mae"] == pytest.approx(abs(y - median).mean())
    assert beside(found) == {
        "rmse": f"always the mean: {found['rmse']:.4g}", "mae": f"always the median: {found['mae']:.4g}",
    }  # fmt: skip


def test_several_columns_have_one_each_and_labels_the_mean_of_theirs():
    y = np.array([[1.0, 10.0], [3.0, 10.0]])
    found = baseline(Answer(("u", "v"), "regression", None), y, np.ones(2))
    assert found == {"rmse[u]": 1.0, "mae[u]": 1.0, "rmse[v]": 0.0, "mae[v]": 0.0}
    labels = np.array([[1, 0], [1, 0], [0, 0], [0, 0]])
    found = baseline(Answer(("u", "v"), "multilabel", None), labels, np.ones(4))
    assert found == {"accuracy": 0.75}
    assert beside(found) == {"accuracy": "always the most frequent answer: 75.00%"}


@pytest.mark.parametrize("shares", [[30, 70], [20, 30, 50], [40, 60, 0]])
def test_the_scores_by_chance_are_those_of_the_shares_of_the_classes(shares):
    """A network that answers the shares of the classes, whatever its inputs, has these scores."""
    y = np.repeat(np.arange(len(shares)), shares)
    question = Question("y", "classification", ["y"], list(range(len(shares))), None, True)
    f = np.tile(np.array(shares) / 100, (100, 1))
    w = np.ones(100)
    measures = question.measures(f, y)
    chance = by_chance(question, y, w)
    assert set(chance) == {"balanced_accuracy", "roc_auc", "average_precision", "log_loss"}
    for name, value in chance.items():
        assert value == pytest.approx(measures[name](w)), name


def test_the_scores_by_chance_of_labels_and_of_values():
    y = np.array([[1, 0], [1, 0], [0, 0], [1, 0]])
    labels = Question("y", "multilabel", ["a", "b"], None, None, True)
    f = np.tile(y.mean(axis=0), (4, 1))
    measured = labels.measures(f, y)["log_loss"](np.ones(4))
    assert by_chance(labels, y, np.ones(4))["log_loss"] == pytest.approx(measured, abs=1e-9)
    values = Question("y", "regression", ["u", "v"])
    assert by_chance(values, y * 1.0, np.ones(4)) == {"r2[u]": 0.0, "r2[v]": 0.0}
    assert by_chance(values, y * 1.0, np.zeros(4)) == {}
