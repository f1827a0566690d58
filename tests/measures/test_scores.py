"""The measures: against their definitions, against scikit-learn, and as functions of weights."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bprop.measures import scores as module
from bprop.sources.decision import Decision


@pytest.fixture(scope="module")
def scores():
    return module


def predictions(count=200, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(classes, size=count)
    a = rng.normal(size=(count, classes)) + 1.2 * np.eye(classes)[labels]
    p = np.exp(a)
    return p / p.sum(axis=1, keepdims=True), labels, rng.integers(0, 4, size=count).astype(float)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_classes_as_scikit_learn_judges_them(scores, classes, weighted):
    metrics = pytest.importorskip("sklearn.metrics", reason="the reference is scikit-learn")
    p, y, w = predictions(classes=classes)
    w = w if weighted else np.ones(len(y))
    found = {name: measure(w) for name, measure in scores.of_classes(p, y, True).items()}
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(y, p.argmax(1), sample_weight=w))
    assert found["log_loss"] == pytest.approx(metrics.log_loss(y, p, sample_weight=w))
    auc = [metrics.roc_auc_score(y == c, p[:, c], sample_weight=w) for c in range(classes)]
    assert found["roc_auc"] == pytest.approx(auc[1] if classes == 2 else np.mean(auc))
    area = [metrics.average_precision_score(y == c, p[:, c], sample_weight=w) for c in range(classes)]
    assert found["average_precision"] == pytest.approx(area[1] if classes == 2 else np.mean(area))
    recall = metrics.balanced_accuracy_score(y, p.argmax(1), sample_weight=w)
    assert found["balanced_accuracy"] == pytest.approx(recall)
    np.testing.assert_array_equal(
        scores.confusion(p.argmax(1), y, classes), metrics.confusion_matrix(y, p.argmax(1))
    )  # fmt: skip


def test_a_decision_between_two_classes_changes_accuracies_and_the_class_of_the_average_precision(scores):
    metrics = pytest.importorskip("sklearn.metrics", reason="the reference is scikit-learn")
    p, y, w = predictions(classes=2)
    for f, probabilities in ((p, True), (np.log(p), False)):
        of = scores.of_classes(f, y, probabilities, Decision(0))
        area = metrics.average_precision_score(y == 0, p[:, 0], sample_weight=w)
        assert of["average_precision"](w) == pytest.approx(area)
        assert of["roc_auc"](w) == pytest.approx(metrics.roc_auc_score(y, p[:, 1], sample_weight=w))
    of, chosen = scores.of_classes(p, y, True, Decision(0, 0.2)), np.where(p[:, 0] >= 0.2, 0, 1)
    assert of["accuracy"](w) == pytest.approx(metrics.accuracy_score(y, chosen, sample_weight=w))
    assert of["balanced_accuracy"](w) == pytest.approx(metrics.balanced_accuracy_score(y, chosen, sample_weight=w))
    assert of["calibration_error"](w) == scores.of_classes(p, y, True)["calibration_error"](w)


def test_numbers_as_scikit_learn_judges_them(scores):
    metrics = pytest.importorskip("sklearn.metrics", reason="the reference is scikit-learn")
    rng = np.random.default_rng(0)
    y = rng.normal(size=100)
    f, w = y + rng.normal(size=100), rng.random(100)
    found = {name: measure(w) for name, measure in scores.of_numbers(f, y).items()}
    assert found["rmse"] == pytest.approx(metrics.mean_squared_error(y, f, sample_weight=w) ** 0.5)
    assert found["mae"] == pytest.approx(metrics.mean_absolute_error(y, f, sample_weight=w))
    assert found["r2"] == pytest.approx(metrics.r2_score(y, f, sample_weight=w))


def test_numbers_are_judged_by_the_root_of_the_mean_square_and_in_their_unit(scores):
    f, y, w = np.array([1.0, 2.0, 7.0]), np.array([1.0, 4.0, 3.0]), np.array([1.0, 2.0, 1.0])
    found = {name: measure(w) for name, measure in scores.of_numbers(f, y).items()}
    assert found["rmse"] == pytest.approx(np.sqrt((2 * 4 + 16) / 4))
    assert found["mae"] == pytest.approx((2 * 2 + 4) / 4)
    assert found["r2"] == pytest.approx(1 - (2 * 4 + 16) / (4 + 2 * 1))  # of a mean of 3


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=2, max_size=15))
def test_the_area_is_the_share_of_pairs_in_the_right_order(scores, examples):
    score, positive = np.array([s for s, _ in examples]), np.array([p for _, p in examples])
    pairs = [(a > b) + 0.5 * (a == b) for a in score[positive] for b in score[~positive]]
    found = scores.roc_auc(score, positive)(np.ones(len(score)))
    assert found == pytest.approx(np.mean(pairs)) if pairs else np.isnan(found)


def test_calibration_is_the_gap_between_what_is_said_and_what_is_right(scores):
    confidence, right = np.array([0.95, 0.95, 0.55, 0.55]), np.array([1.0, 0.0, 1.0, 0.0])
    assert scores.calibration_error(confidence, right)(np.ones(4)) == pytest.approx((0.45 + 0.05) / 2)
    assert scores.calibration_error(np.ones(3), np.ones(3))(np.ones(3)) == 0


def test_weights_of_whole_numbers_are_repetitions(scores):
    p, y, w = predictions()
    again = np.repeat(np.arange(len(y)), w.astype(int))
    whole, repeated = scores.of_classes(p, y, True), scores.of_classes(p[again], y[again], True)
    for name in whole:
        assert whole[name](w) == pytest.approx(repeated[name](np.ones(len(again)))), name


def test_scores_that_are_no_probabilities_have_no_log_loss(scores):
    p, y, _ = predictions()
    assert set(scores.of_classes(np.log(p), y, False)) == {
        "accuracy",
        "balanced_accuracy",
        "roc_auc",
        "average_precision",
    }


def test_a_probability_of_0_is_bad_and_not_infinite(scores):
    assert 30 < scores.of_classes(np.array([[1.0, 0.0]]), np.array([1]), True)["log_loss"](np.ones(1)) < 40


def test_several_switches_are_averaged(scores):
    f, y = np.array([[0.9, 0.2], [0.4, 0.1]]), np.array([[1, 0], [1, 1]])
    found = {name: measure(np.ones(2)) for name, measure in scores.of_switches(f, y).items()}
    assert found["accuracy"] == 0.5
    assert found["log_loss"] == pytest.approx(-np.log([0.9, 0.8, 0.4, 0.1]).mean())
    assert found["roc_auc"] == 0  # of the second output; the first has no negatives


def test_what_is_not_defined_is_nan(scores):
    assert np.isnan(scores.of_numbers(np.ones(3), np.ones(3))["r2"](np.ones(3)))
    assert np.isnan(scores.of_classes(np.array([[0.3, 0.7]]), np.array([1]), True)["roc_auc"](np.ones(1)))


def test_intervals_are_as_wide_as_theory_says_and_follow_from_the_seed(scores):
    right = np.arange(400) % 4 > 0
    measure = {"accuracy": scores.mean(right * 1.0)}
    low, high = scores.intervals(measure, np.ones(400), 2000)["accuracy"]
    half = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert low == pytest.approx(0.75 - half, abs=0.006)
    assert high == pytest.approx(0.75 + half, abs=0.006)
    assert scores.intervals(measure, np.ones(400), 10) == scores.intervals(measure, np.ones(400), 10)
    assert scores.intervals(measure, np.ones(400), 0) == {}


@given(
    st.lists(st.tuples(st.integers(0, 2), st.floats(0.01, 0.98), st.floats(0.1, 5)), min_size=1, max_size=25),
    st.integers(1, 60), st.booleans(),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_an_interval_holds_its_own_estimate(scores, rows, resamples, right):
    label, first, w = (np.array(column) for column in zip(*rows, strict=True))
    p = np.stack([first, (1 - first) / 2, (1 - first) / 2], axis=1)
    label = p.argmax(axis=1) if right else label
    measures = {**scores.of_classes(p, label, True), **scores.of_numbers(first, label * 1.0)}
    measures |= {f"switches {n}": m for n, m in scores.of_switches(p[:, :2], label[:, None] == [0, 1]).items()}
    spans = scores.intervals(measures, w, resamples, 1)
    assert {"accuracy", "rmse", "mae", "log_loss", "calibration_error"} <= spans.keys()
    for name, (low, high) in spans.items():
        assert low <= measures[name](w) <= high, name


def test_all_right_is_not_certain(scores):
    low, high = scores.Share(np.ones(20))(np.ones(20)), scores.Share(np.ones(20)).interval(np.ones(20), 0.95)
    assert (low, high[1]) == (1, 1)
    assert high[0] == pytest.approx(0.8389, abs=1e-4)  # 20 of 20, by Wilson
    assert scores.Share(np.r_[np.ones(8), 0, 0]).interval(np.ones(10), 0.95) == pytest.approx(
        (0.4902, 0.9433), abs=1e-4
    )


def test_examples_that_weigh_alike_are_worth_their_number_and_others_fewer(scores):
    share = scores.Share(np.arange(40) % 4 > 0)
    assert share.interval(np.full(40, 7.0), 0.95) == pytest.approx(share.interval(np.ones(40), 0.95))
    uneven = np.r_[np.full(4, 50.0), np.ones(36)]
    assert np.ptp(share.interval(uneven, 0.95)) > np.ptp(share.interval(np.ones(40), 0.95))


def test_the_bias_of_resamples_is_corrected(scores):
    drawn = np.random.default_rng(0).normal(1.0, 1.0, size=20_000)  # resamples that lie a deviation too high
    low, high = scores.bias_corrected(drawn, 0.0, 0.95)
    assert (low, high) == pytest.approx((1 - 2 - 1.96, 1 - 2 + 1.96), abs=0.1)
    assert scores.bias_corrected(drawn, 1.0, 0.95) == pytest.approx((1 - 1.96, 1 + 1.96), abs=0.05)
    assert scores.bias_corrected(np.full(9, 2.0), 1.0, 0.95) == (1.0, 2.0)


def test_errors_beyond_all_numbers_are_infinite_without_a_warning(scores):
    found = scores.of_numbers(np.array([1.7e308, 1.0]), np.array([-1.7e308, 1.0]))
    assert [found[name](np.ones(2)) for name in ("rmse", "mae")] == [np.inf, np.inf]
    found = scores.of_numbers(np.full(9, 1.7e308), np.zeros(9))
    assert found["mae"](np.ones(9)) == pytest.approx(1.7e308)


def test_groups_are_drawn_together_and_make_intervals_wider(scores):
    p, y, _ = predictions(count=40)
    p, y = np.repeat(p, 25, axis=0), np.repeat(y, 25)  # 25 rows of a group are the same
    w, groups = np.ones(1000), np.repeat(np.arange(40) * 3, 25)
    of = scores.of_classes(p, y, True)
    alone, together = (scores.intervals(of, w, 300, 0, groups=g) for g in (None, groups))
    for name in ("accuracy", "log_loss", "roc_auc"):
        width, of_groups = (spans[name][1] - spans[name][0] for spans in (alone, together))
        assert 3 < of_groups / width < 8  # 5 = sqrt(25)
    one = scores.intervals(scores.of_classes(p[::25], y[::25], True), np.ones(40), 300, 0)
    assert one["log_loss"] == pytest.approx(together["log_loss"], rel=1e-9)
