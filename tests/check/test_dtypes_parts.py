"""Narrow precisions, part by part: which are compared, which numbers fit, and how much rounding is allowed."""

import numpy as np
import pytest

import bprop as bp
from bprop.check import dtypes
from bprop.check.boxes import prepare
from bprop.check.dtypes import disagreements
from bprop.check.precision import Precision

DOUBLE = Precision(np.dtype("float64"), (2.0**-10, 2.0**-13), 1e-7)
SINGLE = np.dtype("float32")
A = np.random.default_rng(0).normal(size=(6, 4))


def rng():
    return np.random.default_rng(0)


def trial_of(bprop=lambda g, v, a: 2 * g * a, fprop=lambda a: a * a, a=A, precision=DOUBLE):
    kind = type("Told", (bp.Box,), {"fprop": lambda self, a: fprop(a), "bprop": lambda self, g, v, a: bprop(g, v, a)})
    return prepare(kind, [np.asarray(a)], {}, precision, rng()).trial


def wrong_in_single(factor):
    return lambda g, v, a: 2 * g * a * (factor if a.dtype == SINGLE else 1)


def test_only_narrower_precisions_are_compared():
    assert len(disagreements(trial_of(wrong_in_single(2)), DOUBLE, rng())) == 1
    single = Precision(SINGLE, (2.0**-4, 2.0**-6), 1e-2)
    assert disagreements(trial_of(lambda g, v, a: g * a * 7, precision=single), single, rng()) == []


@pytest.mark.parametrize(("share", "sentences"), [(10, 0), (1000, 1)])
def test_a_gradient_may_be_off_by_some_roundings(share, sentences):
    factor = 1 + share * np.finfo(SINGLE).eps
    assert len(disagreements(trial_of(wrong_in_single(factor)), DOUBLE, rng())) == sentences


def test_a_gradient_that_nothing_moves_may_be_off_by_its_own_roundings_alone():
    def bprop(g, v, a):
        if g.dtype == SINGLE:
            return 2.2 * g * a
        return 2 * g * a if np.array_equal(a, A.astype(SINGLE)) else None

    assert dtypes.disagreements(trial_of(bprop), DOUBLE, rng()) != []


def test_the_sentence_names_both_numbers_and_the_place():
    def bprop(g, v, a):
        part = 2 * g * a
        if a.dtype == SINGLE:
            part = part.copy()
            part[3, 1] *= 2
        return part

    trial = trial_of(bprop)
    (sentence,) = disagreements(trial, DOUBLE, rng())
    right = 2 * trial.grad[3, 1] * A[3, 1]
    assert sentence.startswith("the box 'Told' (Told): in float32 bprop gives ")
    assert f"{2 * right:.5g}" in sentence.replace(f"{np.float32(2 * right):.7g}", f"{2 * right:.5g}")
    assert "for child a[3, 1], in float64 " in sentence


def test_a_number_has_no_place():
    (sentence,) = disagreements(trial_of(wrong_in_single(2), a=np.array(1.5)), DOUBLE, rng())
    assert "for child a, in float64" in sentence


def test_a_gradient_that_is_not_finite_there_alone_is_wrong():
    assert len(disagreements(trial_of(wrong_in_single(np.nan)), DOUBLE, rng())) == 1
    nowhere = trial_of(lambda g, v, a: 2 * g * a * np.inf)
    assert disagreements(nowhere, DOUBLE, rng()) == []


def test_a_bprop_that_fails_there_is_said_and_an_fprop_may_refuse():
    def refuses(*arrays):
        if arrays[-1].dtype == SINGLE:
            raise TypeError("no float32")
        return arrays[-1] * 1.0

    assert "in float32 bprop failed: TypeError: no float32" in disagreements(trial_of(refuses), DOUBLE, rng())[0]
    assert disagreements(trial_of(lambda g, v, a: g, refuses), DOUBLE, rng()) == []


@pytest.mark.parametrize(
    ("values", "fit"),
    [
        ([0.0, 1.0], True),
        ([9.9, -9.9, 0.11], True),
        ([10.0], False),
        ([0.1], False),
        ([0.099, 1.0], False),
        ([11.0, 1.0], False),
        ([np.inf], False),
        ([np.nan], False),
        ([], True),
        ([3], True),
    ],
)
def test_numbers_fit_between_the_largest_and_its_reciprocal(values, fit):
    assert dtypes._fits(np.array(values), 10.0) is fit


def test_limits_leave_the_squares_of_numbers_within_reach_of_the_dtype():
    for name, largest in dtypes.NARROWER.items():
        info = np.finfo(name)
        assert float(info.tiny) < 1 / largest < 1e-20
        assert 1e20 < largest < float(info.max)
    assert list(dtypes.NARROWER) == ["float64", "float32"]


@pytest.mark.parametrize("a", [1e30, 1e-30])
def test_numbers_that_do_not_fit_are_not_compared(a):
    assert disagreements(trial_of(wrong_in_single(2), a=np.full((2, 2), a)), DOUBLE, rng()) == []


def test_arguments_are_moved_by_up_to_one_rounding_either_way():
    moved = dtypes._round(np.ones(10_000), 2.0**-10, rng()) * 2.0**10 - 2.0**10
    assert -1 <= moved.min() < -0.99
    assert 0.99 < moved.max() <= 1
    assert dtypes._round(np.ones(3, SINGLE), 2.0**-10, rng()).dtype == SINGLE


def test_a_trial_is_cast_with_everything_but_whole_numbers():
    class Told(bp.Dropout):
        pass

    made = prepare(Told, [A], {"rate": 0.5}, DOUBLE, rng()).trial
    narrow = dtypes._cast(made, lambda a: a.astype(SINGLE))
    for array in (*narrow.children, *narrow.extras, narrow.grad, narrow.value):
        assert array.dtype == SINGLE
    np.testing.assert_allclose(narrow.value, made.value, rtol=1e-6)
    np.testing.assert_allclose(narrow.grad, made.grad, rtol=1e-6)
    table = prepare(bp.Take, [A, np.array([1, 0])], {}, DOUBLE, rng()).trial
    narrow = dtypes._cast(table, lambda a: a.astype(SINGLE))
    assert [array.dtype.name for array in narrow.children] == ["float32", "int64"]


def test_a_cast_computes_the_value_or_changes_the_old_one():
    made = trial_of()
    made.value = made.value + 1
    np.testing.assert_allclose(dtypes._cast(made, lambda a: 2 * a).value, 4 * A * A)
    np.testing.assert_allclose(dtypes._cast(made, lambda a: 2 * a, value=True).value, 2 * (A * A + 1))


def test_what_another_fprop_rounds_is_allowed():
    """fprop loses digits of float32, and bprop depends on the value: both are off alike."""
    lossy = trial_of(lambda g, v, a: g * v, lambda a: (a + 1e4) - 1e4)
    assert disagreements(lossy, DOUBLE, rng()) == []


def test_a_gradient_that_rounding_inside_of_it_moves_is_right():
    """Near the top of a sine the value hardly moves, and the slope is as rough as three times a is rounded."""
    near = (np.pi / 2 + 1e-4 * np.arange(1, 7)) / 3
    trial = trial_of(lambda g, v, a: 3 * g * np.cos(3 * a), lambda a: np.sin(3 * a), near)
    assert disagreements(trial, DOUBLE, rng()) == []


def test_where_the_value_overflows_there_alone_nothing_is_compared():
    """a^2 is beyond float32, and so is what bprop makes of it; the gradient would not be."""
    trial = trial_of(lambda g, v, a: 2 * g * (v / a), a=np.full((2, 2), 1e20))
    assert disagreements(trial, DOUBLE, rng()) == []


def test_the_rounding_of_the_value_itself_is_allowed_for():
    """1 - tanh(a)^2 at a = 7 loses most digits of float32, because the value is rounded, not the argument."""
    far = np.full((6, 4), 7.0) + np.linspace(0, 0.1, 24).reshape(6, 4)
    assert disagreements(trial_of(lambda g, v, a: g * (1 - v * v), np.tanh, far), DOUBLE, rng()) == []
