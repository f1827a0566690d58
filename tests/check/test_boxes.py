"""check_box: every box of the package passes, and every planted mistake is caught and named."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.boxes import catalogue

RIGHT = np.random.default_rng(0).normal(size=(3, 4)) + 2.0


@pytest.mark.parametrize("cls", catalogue(), ids=lambda cls: cls.__name__)
def test_every_box_passes(cls):
    report = bp.check_box(cls)
    assert report.ok, str(report)
    assert report.rows
    assert report.kinks == []
    for row in report.rows:
        assert row.coverage.elements == int(np.prod(row.coverage.shape))


# --- planted mistakes ---


class Planted(bp.Box):
    """a b, with a right bprop for subclasses to spoil."""

    def fprop(self, a, b):
        return a * b

    def bprop(self, grad, value, a, b):
        return grad * b, grad * a

    @classmethod
    def examples(cls, rng):
        yield RIGHT, RIGHT[::-1] + 1.0


class PlantedSign(Planted):
    def bprop(self, grad, value, a, b):
        return grad * b, -grad * a


class PlantedFactor(Planted):
    def bprop(self, grad, value, a, b):
        return 1.0001 * grad * b, grad * a


class PlantedSmallFactor(Planted):
    def bprop(self, grad, value, a, b):
        return (1 + 1e-6) * grad * b, grad * a


class PlantedNone(Planted):
    def bprop(self, grad, value, a, b):
        return grad * b, None


class PlantedZero(Planted):
    def bprop(self, grad, value, a, b):
        return grad * b, 0 * a


class PlantedSwap(Planted):
    def bprop(self, grad, value, a, b):
        return grad * a, grad * b


class PlantedTranspose(Planted):
    def fprop(self, a, b):
        return a @ b

    def bprop(self, grad, value, a, b):
        return (grad @ b), a.T @ grad

    @classmethod
    def examples(cls, rng):
        yield RIGHT[:, :3], RIGHT[:, 1:]


class PlantedDroppedTerm(Planted):
    def fprop(self, a, b):
        return a * b + a**2

    def bprop(self, grad, value, a, b):
        return grad * b, grad * a


class PlantedElement(Planted):
    """Wrong in one element alone, and that by a ten-thousandth of the largest."""

    def bprop(self, grad, value, a, b):
        part = np.array(grad * b)
        part[1, 2] += 1e-4 * np.abs(part).max()
        return part, grad * a


class PlantedInfinity(Planted):
    def bprop(self, grad, value, a, b):
        part = np.array(grad * b)
        part[2, 0] = np.inf
        return part, grad * a


class PlantedNan(Planted):
    def bprop(self, grad, value, a, b):
        part = np.array(grad * b)
        part[2, 0] = np.nan
        return part, grad * a


MISTAKES = {
    "infinity": (PlantedInfinity, "a"),
    "not a number": (PlantedNan, "a"),
    "a sign flip": (PlantedSign, "b"),
    "a factor 1.0001": (PlantedFactor, "a"),
    "a factor 1.000001": (PlantedSmallFactor, "a"),
    "a gradient left out": (PlantedNone, "b"),
    "a gradient of zeros": (PlantedZero, "b"),
    "gradients swapped": (PlantedSwap, "a"),
    "a transposed matrix": (PlantedTranspose, "a"),
    "a dropped term": (PlantedDroppedTerm, "a"),
    "one tiny element": (PlantedElement, "a"),
}


def test_the_box_to_be_spoilt_is_right():
    assert bp.check_box(Planted).ok


@pytest.mark.parametrize(("cls", "child"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_caught_and_named(cls, child):
    report = bp.check_box(cls)
    assert not report.ok
    wrong = next(row for row in report.rows if not row.ok)
    worst = max(wrong.coverage.mismatches, key=lambda mismatch: mismatch.error)
    said = str(report)
    assert cls.__name__ in said
    assert f"child {child} of example 1{list(worst.index)}" in said
    assert "when called again" not in said
    assert f"bprop gives {worst.analytic:.10g}" in said
    assert f"finite differences give {worst.numeric:.10g}" in said
    assert said.endswith("THE GRADIENTS DO NOT AGREE")


def test_a_mistake_in_one_element_is_found_there_alone():
    report = bp.check_box(PlantedElement)
    (mismatch,) = [m for row in report.rows for m in row.coverage.mismatches]
    assert mismatch.index == (1, 2)
    assert mismatch.error == pytest.approx(1e-4, rel=1e-3)


def test_a_small_element_with_the_wrong_sign_is_caught_beside_large_ones():
    class PlantedSmallSign(bp.Box):
        def fprop(self, a):
            return a * np.array([1e4, 1e-3])

        def bprop(self, grad, value, a):
            return grad * np.array([1e4, -1e-3])

    report = bp.check_box(PlantedSmallSign, [(np.ones((2, 2)),)])
    assert not report.ok
    assert {m.index[1] for row in report.rows for m in row.coverage.mismatches} == {1}


def test_a_missing_broadcast_sum_is_caught():
    class PlantedBroadcast(bp.Box):
        def fprop(self, a, b):
            return a + b

        def bprop(self, grad, value, a, b):
            return grad, grad

    report = bp.check_box(PlantedBroadcast, [(np.ones((3, 4)), np.ones(4))])
    assert not report.ok
    assert "PlantedBroadcast" in str(report)
    assert "was a sum over broadcast axes forgotten?" in str(report)


def test_a_broadcast_sum_over_the_wrong_axis_is_caught():
    class PlantedAxis(bp.Box):
        def fprop(self, a, b):
            return a * b

        def bprop(self, grad, value, a, b):
            return grad * b, (grad * a).sum(axis=1)

    report = bp.check_box(PlantedAxis, [(RIGHT[:, :3], np.ones(3))])
    assert not report.ok
    assert all(row.ok == row.name.startswith("a") for row in report.rows)


def test_a_wrong_number_of_gradients_is_caught():
    class PlantedNumber(Planted):
        def bprop(self, grad, value, a, b):
            return grad * b

    report = bp.check_box(PlantedNumber)
    assert not report.ok
    assert "bprop gave 1 gradients for 2 children" in str(report)


def test_gradients_in_a_list_are_gradients():
    class PlantedList(Planted):
        def bprop(self, grad, value, a, b):
            return [grad * b, grad * a]

    assert bp.check_box(PlantedList).ok


def test_a_bprop_that_fails_is_reported():
    class PlantedFailure(Planted):
        def bprop(self, grad, value, a, b):
            raise ZeroDivisionError("oh")

    report = bp.check_box(PlantedFailure)
    assert not report.ok
    assert "bprop failed: ZeroDivisionError: oh" in str(report)


def test_a_bprop_that_is_not_linear_is_caught():
    class PlantedNonlinear(bp.Box):
        """Right for every gradient that it meets but for a constant."""

        def fprop(self, a):
            return 0 * a

        def bprop(self, grad, value, a):
            return 0 * grad + 1e-30

    report = bp.check_box(PlantedNonlinear, [(np.ones((2, 2)),)])
    assert not report.ok


def test_a_box_that_remembers_is_caught():
    class PlantedMemory(bp.Box):
        calls = []

        def fprop(self, a):
            return 2 * a

        def bprop(self, grad, value, a):
            self.calls.append(1)
            return grad * (2 + 1e-13 * (len(self.calls) == 2))

    report = bp.check_box(PlantedMemory, [(np.ones((2, 2)),)])
    assert "does not return the same when called again" in str(report)
    assert not report.ok


def test_a_box_that_writes_to_its_inputs_is_caught():
    class PlantedWriter(bp.Box):
        def fprop(self, a):
            return 2 * a

        def bprop(self, grad, value, a):
            a *= 0
            return 2 * grad

    report = bp.check_box(PlantedWriter, [(np.ones((2, 2)),)])
    assert not report.ok
    assert "read-only" in str(report)


# --- what it takes ---


def test_examples_can_be_given_with_hyper_parameters():
    report = bp.check_box(bp.LeakyRelu, [(RIGHT, {"slope": 0.3}), (-RIGHT,)])
    assert report.ok
    assert [row.name for row in report.rows] == ["a of example 1", "a of example 2"]


def test_a_box_without_examples_asks_for_some():
    class PlantedBare(bp.Box):
        def fprop(self, a):
            return a

        def bprop(self, grad, value, a):
            return grad

    with pytest.raises(errors.BoxError, match="has no examples to check: define `examples"):
        bp.check_box(PlantedBare)
    assert bp.check_box(PlantedBare, [(RIGHT,)]).ok


def test_what_stands_for_a_box_of_whole_numbers_outside_training_is_looked_at():
    class PlantedFirst(bp.Box):
        def fprop(self, a):
            return a[:, :1]

        def bprop(self, grad, value, a):
            return None

    class PlantedOther(PlantedFirst):
        def fprop(self, a):
            return a

        def evaluation(self):
            return PlantedFirst(*self.children)

    numbers = np.arange(6).reshape(2, 3)
    assert "outside training its value has the shape (2, 1)" in str(bp.check_box(PlantedOther, [(numbers,)]))
    assert "NOTHING was compared" in str(bp.check_box(PlantedFirst, [(numbers,)]))


def test_the_same_seed_gives_the_same_report():
    assert str(bp.check_box(bp.Dropout, seed=3)) == str(bp.check_box(bp.Dropout, seed=3))


@pytest.mark.parametrize(
    ("cls", "arrays"),
    [(bp.Relu, (np.array([[0.0, 1.0]]),)), (bp.Abs, (np.array([[0.0, -1.0]]),)), (bp.Max, (np.array([[2.0, 2.0]]),))],
)
def test_at_a_kink_a_box_is_not_wrong_and_the_kink_is_reported(cls, arrays):
    report = bp.check_box(cls, [arrays])
    assert report.ok, str(report)
    assert report.kinks
    assert "kink" in str(report)


@pytest.mark.parametrize("example", [np.ones((3, 2)), 2.0, {"a": np.ones(3)}])
def test_an_example_that_is_no_tuple_is_refused_with_what_one_is(example):
    with pytest.raises(errors.BoxError, match="an example is a tuple of arrays, one a child"):
        bp.check_box(bp.Tanh, [(np.ones(3),), example])
