"""The trial of a box, part by part: its numbers, the rows of the smaller batch, and the comparison."""

import numpy as np
import pytest

import bprop as bp
from bprop.graph import trial
from bprop.graph.trial import APART, COMPARED, COUNT, MIXED, UNKNOWN, Trial, alike, children, some, try_out


def rng():
    return np.random.default_rng(0)


def told(fprop=lambda a: a * 1.0, bprop=lambda g, v, a: g, **more):
    """A box of rows from functions of its own."""
    members = {"fprop": lambda self, a: fprop(a), "bprop": lambda self, g, v, a: bprop(g, v, a), **more}
    return type("Told", (bp.Box,), members)(bp.Input("x", (2,)))


# --- numbers ---


def test_shares_and_large_numbers_reach_the_ends_of_their_ranges():
    assert (trial._normal, trial._share, trial._large) == trial.NUMBERS
    for draw, low, high in ((trial._share, 0.05, 0.95), (trial._large, 1.0, 30.0)):
        drawn = draw(rng(), 20_000)
        assert low <= drawn.min() < low + 0.01 * high
        assert 0.99 * high < drawn.max() <= high
    drawn = trial._normal(rng(), 20_000)
    assert (drawn.mean(), drawn.std()) == pytest.approx((0, 1), abs=0.02)


def test_children_have_six_rows_where_there_are_rows():
    box = bp.linear(bp.Input("x", (3,)), bp.Parameter("W", (3, 2)), bp.Parameter("b", (2,)))
    assert [a.shape for a in children(box, trial._normal, rng())] == [(COUNT, 3), (3, 2), (2,)]


def test_large_parameters_repeat_a_pattern_and_rows_do_not():
    box = bp.Input("x", (40, 50)) + bp.Parameter("w", (40, 50))
    x, w = children(box, trial._normal, rng())
    assert len(np.unique(x)) == x.size == 6 * 2000
    assert len(np.unique(w)) == trial.PATTERN == 997
    np.testing.assert_array_equal(w.ravel()[997:1997], w.ravel()[:1000])


def test_numbers_are_kept_within_the_limits_of_the_box():
    share, row = bp.Input("t"), bp.Input("i", (), dtype="int")
    _, t = children(bp.binary_cross_entropy(bp.Input("a"), share), trial._large, rng())
    assert (t == 1).all()
    _, i = children(bp.take(bp.Parameter("W", (5, 2)), row), trial._normal, rng())
    assert i.dtype.kind == "i"
    many = np.concatenate(
        [
            list(children(bp.take(bp.Parameter("W", (5, 2)), row), trial._normal, np.random.default_rng(s)))[1]
            for s in range(40)
        ]
    )
    assert set(many) == set(range(5))
    wide = bp.take(bp.Parameter("W", (500, 2)), row)
    many = np.concatenate([list(children(wide, trial._normal, np.random.default_rng(s)))[1] for s in range(200)])
    assert (many.min(), many.max()) == (0, 100)


def test_whole_numbers_and_truths_without_limits_are_0_and_1():
    for kind, dtype in (("int", np.int64), ("bool", np.bool_)):
        box = bp.Input("a", (2,)) * bp.Input("i", (2,), dtype=kind)
        drawn = np.concatenate([list(children(box, trial._normal, np.random.default_rng(s)))[1] for s in range(9)])
        assert drawn.dtype == dtype
        assert set(drawn.ravel().tolist()) == {0, 1}


# --- rows ---


def made(box, kept=(0, 1, 2), training=True, moving=(True,), arrays=None):
    arrays = [np.arange(12.0).reshape(6, 2) + 1] if arrays is None else arrays
    return Trial(box, list(moving), training, list(kept), arrays, rng())


def test_in_training_the_other_rows_weigh_nothing():
    one = made(told(), (4, 1, 3))
    assert one.others == [0, 2, 5]
    assert (one.weights[[0, 2, 5]] == 0).all()
    assert ((one.weights[[4, 1, 3]] >= 0.5) & (one.weights[[4, 1, 3]] <= 2)).all()
    np.testing.assert_array_equal(one.part[0], one.whole[0][[4, 1, 3]])
    assert (made(told(), training=False).weights > 0).all()
    still = made(
        bp.Input("x", (2,)) * bp.Parameter("w", (2,)), moving=(True, False), arrays=[np.ones((6, 2)), np.ones(2)]
    )
    assert still.part[1] is still.whole[1]
    drawn = np.concatenate(
        [Trial(told(), [True], False, [0], [np.ones((6, 2))], np.random.default_rng(s)).weights for s in range(500)]
    )
    assert 0.5 <= drawn.min() < 0.51
    assert 1.98 < drawn.max() <= 2


def test_rows_are_tried_out_of_order_and_as_where_a_batch_is_filled_up():
    seen = []
    box = told(lambda a: seen.append(len(a)) or a * 1.0)
    seen.clear()
    tried = []

    class Watched(Trial):
        def __init__(self, box, moving, training, kept, arrays, rng):
            tried.append((kept, training))
            super().__init__(box, moving, training, kept, arrays, rng)

    original, trial.Trial = trial.Trial, Watched
    try:
        assert try_out(box, [True], True) is APART
        assert tried == [([4, 1, 3], True), ([0, 1, 2], True)] * 3
        tried.clear()
        noisy = bp.dropout(bp.Input("x", (2,)), 0.5)
        assert try_out(noisy, [True], False) is APART
        assert tried == [([0, 1, 2], False)] * 3
    finally:
        trial.Trial = original


# --- verdicts ---


def test_a_box_that_refuses_all_numbers_is_unknown_and_one_that_takes_some_is_judged_by_those():
    made_ = []

    def refuses(a):
        if made_:
            raise ValueError("no")
        return a * 1.0

    box = told(refuses)
    made_.append(1)
    assert try_out(box, [True], True) is UNKNOWN

    def positive(a):
        if (a < 0).any():
            raise ValueError("no")
        return a * 1.0

    assert try_out(told(positive), [True], True) is APART
    assert try_out(told(lambda a: np.sqrt(a)), [True], True) is APART


@pytest.mark.parametrize(
    ("fprop", "training", "verdict"),
    [
        (lambda a: a - a.mean(axis=0), True, MIXED),
        (lambda a: a[::-1], True, MIXED),
        (lambda a: np.concatenate([a, a]), False, MIXED),
        (lambda a: a * np.nan, True, UNKNOWN),
        (lambda a: a * (1 + 1e-12 * len(a)), True, APART),
        (lambda a: a * (1 + 1e-8 * len(a)), True, MIXED),
    ],
)
def test_a_verdict_on_the_value(fprop, training, verdict):
    assert made(told(fprop), training=training).answer() is verdict


@pytest.mark.parametrize(
    ("bprop", "verdict"),
    [
        (lambda g, v, a: g, APART),
        (lambda g, v, a: g + 1e-3, MIXED),  # other rows are sent something
        (lambda g, v, a: g * len(a), MIXED),
        (lambda g, v, a: None, APART),
        (lambda g, v, a: [g], APART),
        (lambda g, v, a: g * np.nan, UNKNOWN),
    ],
)
def test_a_verdict_on_the_gradient(bprop, verdict):
    assert made(told(bprop=bprop)).answer() is verdict
    assert made(told(bprop=bprop), training=False).answer() is APART


def test_a_gradient_of_a_parameter_is_a_sum_over_rows_that_weigh():
    class Shift(bp.Box):
        def fprop(self, a, b):
            return a + b

        def bprop(self, grad, value, a, b, wanted):
            assert wanted == (True, True)
            return grad, grad.sum(axis=0)

    box = Shift(bp.Input("x", (2,)), bp.Parameter("b", (2,)))
    assert made(box, moving=(True, False), arrays=[np.ones((6, 2)), np.ones(2)]).answer() is APART


def test_the_results_of_updates_count_in_training():
    updates = {"updates": lambda self, value, a: {0: a.mean(axis=0)}}
    assert made(told(**updates)).answer() is MIXED
    assert made(told(**updates), training=False).answer() is APART
    by_row = {"updates": lambda self, value, a: {0: a[:1] * 0.0}}
    assert made(told(**by_row)).answer() is APART


def test_the_prediction_of_a_loss_counts():
    class Centred(bp.SquaredError):
        def prediction(self, a):
            return a - a.mean(axis=0)

    arrays = [np.arange(12.0).reshape(6, 2), np.ones((6, 2))]
    children_ = bp.Input("a", (2,)), bp.Input("t", (2,))
    assert made(Centred(*children_), moving=(True, True), arrays=arrays).answer() is MIXED
    assert made(bp.SquaredError(*children_), moving=(True, True), arrays=arrays).answer() is APART
    assert made(Centred(*children_), moving=(False, True), arrays=arrays).predicted() == []


# --- comparing ---


def test_of_a_large_array_some_numbers_everywhere_are_compared():
    assert some(np.arange(COMPARED)).size == COMPARED
    assert some(np.arange(3 * COMPARED - 1)).size == -(-(3 * COMPARED - 1) // 3)
    array = np.arange(4 * COMPARED)
    np.testing.assert_array_equal(some(array), array[::5])  # an odd stride, which no even width hides from
    assert some(np.ones((2, 3), int)).dtype == np.float64
    assert some(2.0).tolist() == [2.0]


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ([1.0, 0.0], [1.0, 0.99e-9], True),
        ([1.0, 0.0], [1.0, 1.01e-9], False),
        ([0.0, 0.0], [0.0, 0.0], True),
        ([-8.0, 0.0], [-8.0, 7.9e-9], True),
        ([0.0, 1e-9], [8.0, 0.0], False),
        ([8.0, 0.0], [8.0 + 7.9e-9, -7.9e-9], True),
        ([], [], True),
    ],
)
def test_alike_is_equal_but_for_rounding(a, b, same):
    assert alike(np.array(a), np.array(b)) is same


@pytest.mark.parametrize(("width", "more", "tries"), [(49_999, (), 6), (50_000, (), 6), (50_000, (1,), 1)])
def test_a_box_of_more_than_a_hundred_thousand_numbers_is_tried_once(monkeypatch, width, more, tries):
    """Two rows of the width are what the children hold as they are counted, and what parameters have."""

    class Wide(bp.Box):
        def fprop(self, a, *others):
            return a * 1.0

        def bprop(self, grad, value, a, *others):
            return (grad, *(0 * other for other in others))

    box = Wide(bp.Input("x", (width,)), *(bp.Parameter("p", (size,)) for size in more))
    counted, answer = [], Trial.answer
    monkeypatch.setattr(Trial, "answer", lambda self: counted.append(1) or answer(self))
    assert try_out(box, [True, *[False] * len(more)], True) is APART
    assert len(counted) == tries
