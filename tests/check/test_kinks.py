"""Kinks are judged output by output, and ties together."""

import numpy as np
import pytest

import bprop as bp
from bprop.namespace import namespace

TIES = np.array([[1.0, 2.0, 2.0], [3.0, 3.0, 3.0]])
ZEROS = np.array([[0.0, 1.0], [-1.0, 0.0]])


def box(fprop, bprop):
    return type("Kinked", (bp.Box,), {"fprop": lambda self, a: fprop(a), "bprop": lambda self, g, v, a: bprop(g, v, a)})


def relu_with(slope):
    def bprop(g, v, a):
        return g * np.where(a > 0, 1.0, np.where(a == 0, slope, 0.0))

    return box(lambda a: namespace(a).maximum(a, 0), bprop)


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_any_slope_between_the_two_is_legal(slope):
    report = bp.check_box(relu_with(slope), [(ZEROS,)])
    assert report.ok, str(report)
    assert len(report.kinks) == 2


@pytest.mark.parametrize("slope", [5.0, -0.2, 1.1])
def test_a_slope_outside_is_wrong_and_the_slopes_are_named(slope):
    report = bp.check_box(relu_with(slope), [(ZEROS,)])
    assert not report.ok
    assert f"bprop gives {slope:g}" in str(report)
    assert "at a kink of output [0, 0], whose slopes are" in str(report)


def largest(shares):
    def bprop(g, v, a):
        ties = a == v[:, None]
        return g[:, None] * ties * shares(ties.sum(axis=1, keepdims=True))

    return box(lambda a: a.max(axis=1), bprop)


def test_ties_may_share_one_unit():
    assert bp.check_box(largest(lambda n: 1 / n), [(TIES,)]).ok


@pytest.mark.parametrize(
    "shares", [lambda n: 1.0 + 0 * n, lambda n: np.where(n > 1, 0.5, 1.0), lambda n: 0.2 / n + 0.8 * (n == 1)]
)
def test_ties_that_get_more_or_less_than_one_unit_together_are_wrong(shares):
    report = bp.check_box(largest(shares), [(TIES,)])
    assert not report.ok
    assert "that tie there, for output" in str(report)


def test_the_first_of_those_that_tie_may_have_it_all():
    def bprop(g, v, a):
        return g[:, None] * (np.arange(a.shape[1]) == a.argmax(axis=1)[:, None])

    assert bp.check_box(box(lambda a: a.max(axis=1), bprop), [(TIES,)]).ok


@pytest.mark.parametrize("inside", [0.0, 1.0])
def test_kinks_of_two_senses_in_one_output_are_not_moved_together(inside):
    """clip at both its bounds at once: whichever slope it takes there is legal."""

    def bprop(g, v, a):
        return g[:, None] * np.where(np.abs(a) < 1, 1.0, np.where(np.abs(a) == 1, inside, 0.0))

    assert bp.check_box(box(lambda a: np.clip(a, -1, 1).sum(axis=1), bprop), [(np.array([[-1.0, 1.0, 0.3]]),)]).ok


def test_an_element_with_kinks_in_two_outputs_is_judged_by_each():
    """relu(a) beside relu(-a): a weighted sum of both may be smooth, with another slope than bprop gives."""

    def fprop(a):
        return np.concatenate([np.maximum(a, 0), np.maximum(-a, 0)], axis=1)

    def right(g, v, a):
        return g[:, :2] * (a > 0) - g[:, 2:] * (a < 0)

    def wrong(g, v, a):
        return g[:, :2] * ((a > 0) + 2 * (a == 0)) - g[:, 2:] * (a < 0)

    for seed in range(3):
        assert bp.check_box(box(fprop, right), [(ZEROS,)], seed=seed).ok
        assert not bp.check_box(box(fprop, wrong), [(ZEROS,)], seed=seed).ok


def test_a_tensor_of_nothing_but_kinks_is_compared_beside_them_too():
    def half(g, v, a):
        return 0.5 * g * np.sign(a)

    def whole(g, v, a):
        return g * np.sign(a)

    zeros = (np.zeros((2, 2)),)
    assert bp.check_box(box(np.abs, whole), [zeros]).ok
    report = bp.check_box(box(np.abs, half), [zeros])
    assert not report.ok
    assert "a little beside the kink" in str(report)
