"""One box, part by part: the blur of what bprop sends, the function of one child, and what lies beside kinks."""

import numpy as np
import pytest

import bprop as bp
from bprop.check.boxes import prepare
from bprop.check.difference import Coverage, Mismatch
from bprop.check.local import BESIDE, Local, _blurs, check_step, label, role, take_beside
from bprop.check.precision import Precision
from bprop.graph.send import send

DOUBLE = Precision(np.dtype("float64"), (2.0**-10, 2.0**-13), 1e-7)
A = np.random.default_rng(0).normal(size=(4, 3))


def rng():
    return np.random.default_rng(0)


def box(bprop, fprop=lambda a: 2 * a):
    return type("Told", (bp.Box,), {"fprop": lambda self, a: fprop(a), "bprop": lambda self, g, v, a: bprop(g, v, a)})


def case_of(kind, *arrays):
    return prepare(kind, [np.asarray(a) for a in arrays], {}, DOUBLE, rng())


def check(kind, *arrays, elements=None):
    case = case_of(kind, *arrays)
    return check_step(case.node, case.state, case.grad, DOUBLE, elements, rng())


# --- one step ---


def test_a_bprop_that_fails_is_a_sentence():
    def fails(g, v, a):
        raise RuntimeError("oh")

    assert check(box(fails), A) == ([], ["the box 'Told' (Told): bprop failed: RuntimeError: oh"])


def test_none_is_a_gradient_of_zeros():
    rows, _ = check(box(lambda g, v, a: None, lambda a: 0 * a), A)
    assert rows[0].ok
    rows, _ = check(box(lambda g, v, a: None), A)
    assert [m.analytic for m in rows[0].coverage.mismatches] == [0.0] * 12


def test_dividing_by_zero_on_the_way_is_no_error():
    assert check(box(lambda g, v, a: 2 * g * (1 / np.zeros_like(a) > 0)), A)[0][0].ok


class Lookup(bp.Box):
    def fprop(self, a, i, b):
        return a[i] * b

    def bprop(self, grad, value, a, i, b):
        part = np.zeros_like(a)
        np.add.at(part, i, grad * b)
        return part, None, grad * a[i]


def test_a_row_is_compared_for_every_child_of_floats_under_its_own_name():
    rows, failures = check(Lookup, A[:, 0], np.array([0, 1]), A[:2, 1])
    assert failures == []
    assert [(row.name, row.coverage.elements, row.ok) for row in rows] == [("a", 4, True), ("b", 2, True)]
    assert [row.coverage.shape for row in rows] == [(4,), (2,)]


def test_a_name_and_a_role_as_sentences_have_them():
    step = case_of(Lookup, A[:, 0], np.array([0, 1]), A[:2, 1]).node
    assert label(step) == "'Lookup' (Lookup)"
    assert [role(step, i) for i in range(3)] == ["a", "i", "b"]
    many = case_of(bp.L2, A, A).node
    assert [role(many, i) for i in range(2)] == ["W[0]", "W[1]"]


# --- blur ---


def blurs(bprop, value=None):
    case = case_of(box(bprop), A)
    if value is not None:
        case.state.values[case.node.slot] = value
    wanted = [True]
    sent = send(case.node, case.grad, case.state, wanted)
    return _blurs(case.node, case.state, case.grad, wanted, sent, DOUBLE, rng())[0], case.grad, sent[0]


def test_a_gradient_may_be_off_by_four_times_what_two_roundings_of_the_value_change():
    blur, _, sent = blurs(lambda g, v, a: g * v)
    # the moved values are rounded themselves, so that single elements are off by more
    assert np.mean(blur / (4 * 2 * DOUBLE.epsilon * np.abs(sent))) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize(("share", "blurred"), [(0.09, True), (0.11, False)])
def test_what_changes_by_more_than_a_tenth_is_no_rounding(share, blurred):
    blur, grad, _ = blurs(lambda g, v, a: g * np.where(v == 2 * a, 1.0, 1.0 + share))
    np.testing.assert_allclose(blur, 4 * share * np.abs(grad) if blurred else 0 * grad, rtol=1e-9)


def test_the_value_is_moved_up_or_down_at_random_twice_and_the_larger_change_counts():
    calls = []
    blur, grad, _ = blurs(lambda g, v, a: calls.append(1) or g * np.where(v > 2 * a, 1.001, 1.0))
    assert len(calls) == 1 + 2
    signs = rng()
    one, other = (signs.choice([-2.0, 2.0], A.shape) * np.sign(A) > 0 for _ in range(2))
    np.testing.assert_allclose(blur, np.where(one | other, 4e-3 * np.abs(grad), 0), rtol=1e-9)


def test_a_value_of_whole_numbers_and_a_gradient_of_none_have_no_blur():
    assert blurs(lambda g, v, a: g * 2, np.ones((4, 3), int))[0] is None
    assert blurs(lambda g, v, a: None)[0] is None


# --- the function of one child ---


def local(kind, *arrays, position=0):
    case = case_of(kind, *arrays)
    return Local(case.node, case.state, position, case.grad, 0.0, DOUBLE, None), case


def test_a_value_and_a_gradient_are_those_with_the_other_children_held_fixed():
    one, case = local(bp.Multiply, A, A + 1, position=1)
    x = A + 3
    np.testing.assert_array_equal(one.value(x), A * x)
    np.testing.assert_array_equal(one.at(x)(case.grad), case.grad * A)
    assert one.change(A + 1)(x) == pytest.approx((case.grad * A * 2).sum())
    assert one.wanted == [False, True]


def test_a_gradient_elsewhere_is_given_the_value_there():
    one, case = local(bp.Exp, A)
    np.testing.assert_allclose(one.at(A + 1)(case.grad), case.grad * np.exp(A + 1), rtol=1e-15)
    nothing, case = local(box(lambda g, v, a: None), A)
    np.testing.assert_array_equal(nothing.at(A)(case.grad), 0 * A)


def test_the_value_of_the_pass_stays_as_it_is():
    one, case = local(bp.Exp, A)
    before = [np.array(value) for value in case.state.values]
    one.at(A + 1)(case.grad)
    for value, kept in zip(case.state.values, before, strict=True):
        np.testing.assert_array_equal(value, kept)


# --- beside kinks ---


@pytest.mark.parametrize(("low", "high", "ok"), [(0.5, 1.5, True), (0.5, 1.2, False), (0.8, 1.5, False)])
def test_nothing_but_kinks_is_compared_half_to_one_and_a_half_thousandths_beside_them(low, high, ok):
    """|a|, with a bprop that is right in a range of distances alone."""

    def bprop(g, v, a):
        there = (np.abs(a) >= low * BESIDE) & (np.abs(a) <= high * BESIDE)
        return g * np.sign(a) * np.where(there, 1.0, 0.5)

    rows, _ = check(box(bprop, np.abs), np.zeros((8, 8)))
    assert rows[0].ok is ok


@pytest.mark.parametrize("side", [-1, 1])
def test_beside_kinks_means_on_either_side(side):
    rows, _ = check(
        box(lambda g, v, a: g * np.where(np.sign(a) == side, 0.5, 1) * np.sign(a), np.abs), np.zeros((4, 4))
    )
    assert not rows[0].ok
    assert {np.sign(m.analytic * m.numeric) for m in rows[0].coverage.mismatches} == {1}


def test_where_there_is_more_than_kinks_nothing_is_looked_at_beside_them():
    def bprop(g, v, a):
        return g * np.sign(a) * np.where((a != 0) & (np.abs(a) < 0.01), 0.5, 1.0)

    rows, _ = check(box(bprop, np.abs), np.array([0.0, 0.0, 1.0]))
    assert rows[0].ok
    rows, _ = check(box(bprop, np.abs), np.array([0.0, 0.0, 0.0]))
    assert not rows[0].ok


KINK, OTHER = Mismatch((0,), 1.0, 0.5, 0.25), Mismatch((1,), 2.0, 3.0, 0.125)


@pytest.mark.parametrize(
    ("beside", "unresolved"),
    [
        (Coverage((3,)), 0),
        (Coverage((3,), elements=2, kinks=[KINK]), 0),
        (Coverage((3,), elements=1, kinks=[KINK]), 1),
        (Coverage((3,), elements=0, kinks=[KINK]), 1),
        (Coverage((3,), elements=3, unresolved=[OTHER]), 1),
    ],
)
def test_kinks_all_around_are_not_resolved(beside, unresolved):
    coverage = Coverage((3,), kinks=[KINK, OTHER])
    take_beside(coverage, beside)
    assert len(coverage.unresolved) == unresolved
    if unresolved:
        (each,) = coverage.unresolved
        assert (each.index, each.analytic, each.numeric, each.error) == ((0,), 1.0, 0.5, 0.25)
        assert each.note == "there are kinks all around, so any gradient would pass"
    assert coverage.mismatches == []


def test_what_is_wrong_beside_a_kink_is_wrong():
    coverage = Coverage((3,), kinks=[KINK], mismatches=[KINK])
    take_beside(coverage, Coverage((3,), elements=3, mismatches=[OTHER]))
    kept, each = coverage.mismatches
    assert kept == KINK
    assert (each.index, each.analytic, each.numeric, each.error) == ((1,), 2.0, 3.0, 0.125)
    assert each.note == "a little beside the kink"
    assert coverage.unresolved == []


def test_how_far_beside_kinks_is_counted_in_units():
    """|a - 5| at 5, with a bprop that is right at the distances from 0.0025 to 0.0075 alone."""

    def bprop(g, v, a):
        away = np.abs(a - 5)
        there = (away >= 0.5 * BESIDE * 5) & (away <= 1.5 * BESIDE * 5)
        return g * np.sign(a - 5) * np.where(there, 1.0, 0.5)

    rows, _ = check(box(bprop, lambda a: np.abs(a - 5)), np.full((8, 8), 5.0))
    assert rows[0].ok
