"""The check of a class of box, part by part: its cases, what they are handed, and what ends the check."""

from typing import ClassVar

import numpy as np
import pytest

import bprop as bp
from bprop.check import boxes
from bprop.check.boxes import make_extras, positions_of_floats, prepare, taken_apart
from bprop.check.precision import Precision, best_precision

DOUBLE = Precision(np.dtype("float64"), (2.0**-10, 2.0**-13), 1e-7)
A = np.random.default_rng(0).normal(size=(4, 3))


def rng():
    return np.random.default_rng(0)


def box(bprop, fprop=lambda a: 2 * a, **more):
    members = {"fprop": lambda self, a: fprop(a), "bprop": lambda self, g, v, a: bprop(g, v, a)}
    return type("Told", (bp.Box,), {**members, **more})


# --- examples ---


def test_an_example_may_end_with_hyper_parameters():
    assert taken_apart((A, [1, 2]))[1] == {}
    arrays, hyper = taken_apart((A, {"axis": 1}))
    assert (len(arrays), hyper) == (1, {"axis": 1})
    assert taken_apart(()) == ([], {})
    assert [array.dtype.kind for array in taken_apart((A, [1, 2]))[0]] == ["f", "i"]


def test_positions_of_floats_are_those_of_any_example():
    assert positions_of_floats([(A, np.arange(3)), (np.arange(3), np.arange(3)), (A, A, {"axis": 1})]) == {0, 1}
    assert positions_of_floats([(np.arange(3), np.array([True]))]) == set()


def test_floats_are_prepared_in_the_precision_and_cannot_be_written():
    case = prepare(bp.Take, [A.astype("float32"), np.array([0, 2])], {}, DOUBLE, rng())
    assert [array.dtype.name for array in case.children] == ["float64", "int64"]
    for array in case.children:
        assert not array.flags.writeable
    assert (case.grad.shape, case.grad.dtype) == ((2, 3), np.float64)
    np.testing.assert_array_equal(case.state.values[-1], A.astype("float32")[[0, 2]])
    assert (case.node.slot, case.node.children, case.node.name) == (2, (0, 1), "Take")
    assert case.trial.value is case.state.values[-1]


def test_noise_is_uniform_and_weights_lie_between_a_half_and_two():
    rows = [np.ones((20_000, 1))]
    dropout = bp.dropout(bp.Input("a", (1,)), 0.25)
    (noise,) = make_extras(dropout, rows, DOUBLE, rng())
    assert (noise.shape, noise.dtype) == ((20_000, 1), np.float64)
    gain = [bp.Parameter(name, (1,)) for name in ("gain", "shift")]
    average = [bp.Parameter(name, (1,), trainable=False) for name in ("mean", "variance")]
    norm = bp.batch_norm(bp.Input("a", (1,)), *gain, *average)
    (weights,) = make_extras(norm, rows, DOUBLE, rng())
    assert weights.shape == (20_000,)
    assert 0.5 <= weights.min() < 0.51
    assert 1.99 < weights.max() <= 2


def test_the_seed_is_that_of_examples_and_gradients():
    seen = []
    kind = box(
        lambda g, v, a: seen.append(np.array(g)) or 2 * g,
        examples=classmethod(lambda cls, rng: [(rng.normal(size=(2, 2)),)]),
    )
    for seed in (0, 0, 1):
        bp.check_box(kind, seed=seed)
    third = len(seen) // 3
    np.testing.assert_array_equal(seen[0], seen[third])
    assert (seen[0] != seen[2 * third]).any()
    assert str(bp.check_box(kind)) == str(bp.check_box(kind, seed=0))


# --- what ends a check ---


def test_a_box_that_is_not_pure_is_told_once_and_compared_no_further():
    def writes(g, v, a):
        g *= 2
        return g

    report = bp.check_box(box(writes), [(A,)])
    assert report.rows == []
    (failure,) = report.failures
    assert failure.startswith("WRONG example 1: the box 'Told' (Told): bprop writes into the gradient")


def test_a_bprop_that_gives_the_wrong_shape_is_told_once():
    report = bp.check_box(box(lambda g, v, a: 2 * g[:1]), [(A,)])
    (failure,) = report.failures
    assert "bprop gave a gradient of shape (1, 3) for child" in failure


def test_nothing_is_asked_of_precisions_where_a_gradient_is_wrong(monkeypatch):
    monkeypatch.setattr(boxes, "disagreements", lambda *_: pytest.fail("asked"))
    report = bp.check_box(box(lambda g, v, a: 3 * g), [(A,)])
    assert report.failures == []
    assert not report.ok


def test_examples_are_numbered_in_rows_and_failures():
    report = bp.check_box(box(lambda g, v, a: g * np.where(len(a) == 4, 2, np.nan)), [(A,), (A[:2],)])
    assert {row.name for row in report.rows if row.ok} == {"a of example 1"}
    assert all("example 2" in text for text in report.failures)


def test_overflow_on_the_way_is_no_error():
    report = bp.check_box(bp.Exp, [(np.array([1e6, 1.0]),)])
    assert not report.ok


def test_an_example_without_floats_is_told():
    report = bp.check_box(box(lambda g, v, i: None, lambda i: i + 1), [(np.arange(3),)])
    assert report.failures == ["NOTHING was compared: no example of Told has a child of floats. Give arrays of floats"]


# --- many rows ---


def test_of_many_rows_tensors_of_up_to_sixteen_elements_are_compared_one_by_one():
    class Scaled(bp.Box):
        """a w, wrong in one element of w where there are many rows."""

        wrong = None

        def fprop(self, a, w):
            return a * w

        def bprop(self, grad, value, a, w):
            part = (grad * a).sum(axis=0)
            if len(a) > 4:
                part[0] *= 2
            return grad * w, part

    for width in (16, 17):
        report = bp.check_box(Scaled, [(np.random.default_rng(1).normal(size=(4, width)), np.ones(width))])
        (row,) = [row for row in report.rows if "rows" in row.name]
        assert row.name == "w with 1000 rows of example 1"
        assert row.coverage.projections == 0
        assert row.coverage.elements == (16 if width == 16 else 1)


def test_a_box_whose_many_rows_overflow_or_are_refused_is_not_blamed():
    def grows(a):
        return a * (np.inf if len(a) > 4 else 1.0)

    def refuses(a):
        if len(a) > 4:
            raise ValueError("no")
        return a * 1.0

    for fprop in (grows, refuses):
        report = bp.check_box(box(lambda g, v, a: g, fprop), [(A,)])
        assert report.ok, str(report)


def test_the_best_precision_is_told():
    assert str(best_precision()) in str(bp.check_box(bp.Tanh, [(A,)]))


class ByWeight(bp.Box):
    """a times the weight of its row."""

    needs: ClassVar = ("weights",)

    def fprop(self, a, weights):
        return a * weights[:, None]

    def bprop(self, grad, value, a, weights):
        return grad * weights[:, None]


def test_what_stands_outside_training_is_handed_what_it_asks_for():
    """Weights, of which the box itself knows nothing."""
    report = bp.check_box(box(lambda g, v, a: 2 * g, evaluation=lambda self: ByWeight(self.children[0])), [(A,)])
    assert report.ok, str(report)
