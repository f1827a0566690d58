import numpy as np
import pytest

from bprop import calibration, errors
from bprop.calibration import log_of, switches_temperature_of, temperature_of, tempered


def drawn(rng, rows, classes, temperature):
    """(scores, labels) where labels are drawn from softmax(scores / temperature)."""
    a = rng.normal(size=(rows, classes)) * 3
    p = tempered(a, temperature)
    return a, (p.cumsum(axis=1) < rng.uniform(size=(rows, 1))).sum(axis=1).clip(0, classes - 1)


def loss(a, y, temperature):
    return float(-np.log(tempered(a, temperature)[np.arange(len(a)), y]).mean())


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
@pytest.mark.parametrize("classes", [2, 5])
def test_the_temperature_that_drew_the_labels_comes_back(rng, temperature, classes):
    a, y = drawn(rng, 20_000, classes, temperature)
    assert temperature_of(a, y) == pytest.approx(temperature, rel=0.05)


def test_it_is_the_minimum_of_the_loss_and_of_the_doubt_together(rng):
    a, y = drawn(rng, 60, 3, 3.0)

    def objective(t):
        return loss(a, y, t) + np.log(t) ** 2 / (2 * len(a) * calibration.DOUBT**2)

    best = temperature_of(a, y)
    assert objective(best) < min(objective(best * 1.001), objective(best / 1.001))
    grid = np.exp(np.linspace(np.log(0.05), np.log(20), 4001))
    assert best == pytest.approx(grid[np.argmin([objective(t) for t in grid])], rel=2e-3)


def test_weights_are_rows_repeated(rng):
    a, y = drawn(rng, 300, 4, 2.0)
    w = rng.integers(0, 4, size=300)
    doubled = temperature_of(np.repeat(a, w, axis=0), np.repeat(y, w))
    assert temperature_of(a, y, w * 1.0) == pytest.approx(doubled, rel=0.02)
    assert temperature_of(a, y, np.full(300, 7.0)) == pytest.approx(temperature_of(a, y), rel=1e-9)


def test_probabilities_serve_as_well_as_scores_and_a_probability_of_0_is_no_error(rng):
    a, y = drawn(rng, 500, 3, 2.0)
    assert temperature_of(log_of(tempered(a, 1.0)), y) == pytest.approx(temperature_of(a, y), rel=1e-6)
    p = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.5, 0.5]])
    assert np.isfinite(temperature_of(log_of(p), np.array([0, 1, 1, 0])))
    assert temperature_of(log_of(p), np.array([0, 1, 1, 0])) > 1


def test_few_rows_without_a_mistake_move_the_temperature_little():
    a = np.array([[4.0, 0.0]] * 20)
    few, many = temperature_of(a, np.zeros(20, int)), temperature_of(np.repeat(a, 500, 0), np.zeros(10_000, int))
    assert 0.05 <= many < few < 1
    assert few > 0.5


def test_scores_that_say_nothing_leave_the_temperature_at_1():
    assert temperature_of(np.zeros((9, 3)), np.zeros(9, int)) == pytest.approx(1.0)


def test_scores_that_are_huge_do_not_overflow(rng):
    a = rng.normal(size=(50, 3)) * 1e30
    assert 1 < temperature_of(a, rng.integers(3, size=50)) <= 20


def test_outputs_of_yes_and_no_share_one_temperature(rng):
    a = rng.normal(size=(20_000, 2)) * 4
    y = (rng.uniform(size=a.shape) < 1 / (1 + np.exp(-a / 2.0))) * 1
    assert switches_temperature_of(a, y) == pytest.approx(2.0, rel=0.05)
    w = np.r_[np.ones(10_000), np.zeros(10_000)]
    assert switches_temperature_of(a, y, w) == pytest.approx(switches_temperature_of(a[:10_000], y[:10_000]), rel=1e-6)
    with pytest.raises(errors.SettingError, match="0 and 1"):
        switches_temperature_of(a, y * 2)


@pytest.mark.parametrize(
    ("scores", "labels", "weights", "message"),
    [
        ([[0.0, 1.0]], [2], None, "0..1"),
        ([[0.0, 1.0]], [0.5], None, "whole numbers"),
        ([[0.0, np.nan]], [0], None, "row 0"),
        ([[0.0, 1.0], [-np.inf, -np.inf]], [0, 1], None, "row 1"),
        ([[0.0, 1.0]], [0, 1], None, "do not fit"),
        ([[0.0]], [0], None, "do not fit"),
        ([[0.0, 1.0]], [0], [0.0], "not all 0"),
        ([[0.0, 1.0]], [0], [-1.0], "0 or more"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(scores, labels, weights, message):
    with pytest.raises(errors.SettingError, match=message):
        temperature_of(np.array(scores), np.array(labels), None if weights is None else np.array(weights))
