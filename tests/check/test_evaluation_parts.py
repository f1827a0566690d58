"""Running averages, part by part: how many places count, when averages run away, and where they settle."""

from types import SimpleNamespace

import numpy as np
import pytest

import bprop as bp
from bprop.check import evaluation as evaluation_module
from bprop.check.boxes import prepare
from bprop.check.contract import Trial
from bprop.check.evaluation import _moves, _places, _runs_away, _settled, _settles, _with, check_updates
from bprop.check.precision import Precision

DOUBLE = Precision(np.dtype("float64"), (2.0**-10, 2.0**-13), 1e-7)


class Average(bp.Box):
    """a + m, where training moves m by the rule of the class."""

    rule = staticmethod(lambda a, m: {1: m + 0.5 * (a.mean(axis=0) - m)})

    def fprop(self, a, m):
        return a + m

    def bprop(self, grad, value, a, m):
        return grad, grad.sum(axis=0)

    def updates(self, value, a, m):
        return self.rule(a, m)


A = np.array([[1.0, 2.0], [3.0, 6.0]])


def trial(rule=None, a=A, m=(0.0, 0.0)):
    kind = type("Average", (Average,), {} if rule is None else {"rule": staticmethod(rule)})
    return prepare(kind, [np.asarray(a), np.asarray(m)], {}, DOUBLE, np.random.default_rng(0)).trial


def both(rule, **more):
    before = trial(rule, **more)
    first = _with(before, evaluation_module._new(before))
    return before, first, _with(first, evaluation_module._new(first))


# --- how many places an average is one of ---


def places(shape, weights=None):
    kind = type("Weighted", (), {"needs": ("weights",) if weights is not None else ()})
    extras = () if weights is None else (np.asarray(weights, float),)
    return _places(Trial(SimpleNamespace(box=kind()), [np.zeros(shape)], extras, np.zeros(()), np.zeros(())))


@pytest.mark.parametrize(("shape", "count"), [((8, 4), 8), ((2, 3, 4), 6), ((4,), 1), ((), 1), ((1, 5), 1)])
def test_places_are_rows_and_what_lies_between(shape, count):
    assert places(shape) == count


@pytest.mark.parametrize(
    ("weights", "count"),
    [([1, 1, 1, 1], 4), ([1, 1, 0, 0], 2), ([2, 0, 0, 0], 1), ([3, 1, 0, 0], 16 / 10), ([0, 0, 0, 0], 4)],
)
def test_rows_count_by_their_weights(weights, count):
    assert places((4, 3), weights) == pytest.approx(count)


# --- what is moved ---


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (lambda a, m: {1: m}, None),
        (lambda a, m: {}, None),
        (lambda a, m: {2: m}, "updates gives a new value for child 2; there are 2 children"),
        (lambda a, m: {-1: m}, "updates gives a new value for child -1; there are 2 children"),
        (lambda a, m: {"m": m}, "updates gives a new value for child 'm'; there are 2 children"),
        (lambda a, m: {0: a, 1: m[:1]}, "updates gives child m a value of shape (1,); it has shape (2,)"),
        (lambda a, m: {1: m + np.inf}, "updates gives a value for child m that is not finite"),
    ],
)
def test_new_values_are_of_a_child_of_its_shape_and_finite(rule, said):
    assert _moves(trial(rule)) == ([] if said is None else [said])


def test_a_value_that_is_not_finite_excuses_an_average_that_is_not():
    assert _moves(trial(lambda a, m: {1: m + np.inf}, m=(np.inf, 0.0))) == []
    assert _moves(trial(lambda a, m: {1: m * np.nan}, m=(np.inf, 0.0))) == []


def test_updates_that_fail_are_a_sentence():
    def fails(a, m):
        raise RuntimeError("oh")

    assert check_updates(trial(fails)) == ["the box 'Average' (Average): updates failed: RuntimeError: oh"]
    assert check_updates(trial()) == []
    assert check_updates(prepare(bp.Tanh, [A], {}, DOUBLE, np.random.default_rng(0)).trial) == []


def test_averages_of_whole_numbers_stay_whole_numbers():
    moved = _with(trial(m=(1, 2)), {1: np.array([2.0, 3.0])})
    assert moved.children[1].dtype.kind == "i"
    np.testing.assert_array_equal(moved.value, A + np.array([2.0, 3.0]))
    np.testing.assert_array_equal(moved.children[0], A)


# --- whether averages settle ---


def test_averages_that_shrink_towards_the_batchs_settle_at_once(monkeypatch):
    updates, new = [], evaluation_module._new
    monkeypatch.setattr(evaluation_module, "_new", lambda trial: updates.append(trial) or new(trial))
    trials = both(None, m=(5.0, 3.0))
    updates.clear()
    settled = _settled(*trials)
    assert len(updates) == 1  # that which shows that the first guess stays
    np.testing.assert_allclose(settled.children[1], A.mean(axis=0), rtol=1e-15)


def test_averages_that_settle_in_no_one_bend_are_found_by_going_on():
    halves = iter(range(10**6))

    def rule(a, m):
        """m goes to the mean, each time by another share: no geometric series."""
        share = (0.3, 0.7)[next(halves) % 2]
        return {1: m + share * (a.mean(axis=0) - m)}

    settled = _settled(*both(rule))
    np.testing.assert_allclose(settled.children[1], A.mean(axis=0), rtol=1e-8)


def test_averages_that_never_settle_are_not_judged(monkeypatch):
    def turning(a, m):
        return {1: np.array([[0.0, -1.0], [1.0, 0.0]]) @ m + np.array([1.0, 0.0])}

    counted = []
    monkeypatch.setattr(evaluation_module, "_new", lambda t, new=evaluation_module._new: counted.append(1) or new(t))
    assert _settled(*both(turning, m=(5.0, 3.0))) is None
    assert len(counted) == 2 + 1 + 2000


def test_what_a_batch_does_not_move_is_settled():
    assert _settles(trial(lambda a, m: {1: m}), None) == []


def test_averages_that_the_value_outside_training_does_not_read_are_not_compared():
    """`Average` has no other box for evaluation: its value is a + m there, too."""
    assert _settles(trial(), None) == []


@pytest.mark.parametrize(
    ("growth", "away"),
    [
        (0.5, False),
        (1.0, False),
        (1 + 1e-10, False),
        (1 + 1e-8, True),
        (1.001, True),
        (1.1, True),
        (-1.1, True),
        (-0.5, False),
    ],
)
def test_updates_that_grow_a_hundred_times_running_run_away(growth, away):
    """The n-th update is growth^n; a growth of less than 1e-9 may be rounding."""
    assert _runs_away(*both(lambda a, m: {1: growth * m + np.array([1.0, 0.0])}, m=(0.0, 0.0))) is away


def test_updates_that_grow_at_first_and_shrink_later_do_not_run_away():
    def rule(a, m):
        return {1: m + (2.0 if 0 < m[0] < 3 else 1.0 if m[0] == 0 else 0.5) * np.array([1.0, 0.0])}

    assert not _runs_away(*both(rule))


def test_a_hundred_more_updates_are_looked_at():
    calls = []

    def rule(a, m):
        calls.append(1)
        return {1: 1.01 * m + np.array([1.0, 0.0])}

    given = both(rule)
    calls.clear()
    assert _runs_away(*given)
    assert len(calls) == 100


# --- where they settle ---


class Shifted(bp.Box):
    """Outside training: a plus a share of m."""

    share: float = 1.0

    def fprop(self, a, m):
        return a + self.share * m

    def bprop(self, grad, value, a, m):
        return grad, self.share * grad.sum(axis=0)


def judged(share, rows=4):
    a = np.tile([[2.0, 2.0]], (rows, 1))

    class Centred(bp.Box):
        """a + mean, whose average settles at the mean of a."""

        def fprop(self, a, m):
            return a + a.mean(axis=0)

        def bprop(self, grad, value, a, m):
            return grad + grad.mean(axis=0), None

        def updates(self, value, a, m):
            return {1: 0.5 * m + 0.5 * a.mean(axis=0)}

        def evaluation(self):
            return Shifted(*self.children, share=share)

    made = prepare(Centred, [a, np.zeros(2)], {}, DOUBLE, np.random.default_rng(0)).trial
    return _settles(made, lambda box, arrays: ())


@pytest.mark.parametrize(("share", "ok"), [(1.0, True), (1.499, True), (1.51, False), (0.501, True), (0.49, False)])
def test_outside_training_the_value_is_that_in_training_but_for_one_part_in_n(share, ok):
    """a + mean is 4; with four places it may be off by 1."""
    sentences = judged(share)
    assert (sentences == []) == ok
    if not ok:
        assert f"the value outside training is off by {2 * abs(share - 1):.3g}, of 4" in sentences[0]


def test_one_place_allows_for_a_value_twice_as_large():
    assert judged(2.99, rows=1) == []
    assert judged(3.01, rows=1) != []


def test_averages_that_a_batch_does_not_move_are_not_judged():
    """As of a batch whose examples all weigh 0, whatever is given outside training."""

    class Still(bp.Box):
        def fprop(self, a, m):
            return a + 4.0

        def bprop(self, grad, value, a, m):
            return grad, None

        def updates(self, value, a, m):
            return {1: m}

        def evaluation(self):
            return Shifted(*self.children)

    made = prepare(Still, [A, np.zeros(2)], {}, DOUBLE, np.random.default_rng(0)).trial
    assert _settles(made, lambda box, arrays: ()) == []


def test_not_a_number_among_the_children_is_not_written():
    assert _moves(trial(lambda a, m: {1: np.zeros(2)}, m=(np.nan, 0.0))) == []
    assert _moves(trial(lambda a, m: {}, a=[[np.nan, 1.0]])) == []


def test_a_value_of_0_inside_and_outside_training_agrees():
    class Nothing(Average):
        def fprop(self, a, m):
            return 0.0 * a

        def bprop(self, grad, value, a, m):
            return 0 * a, 0 * m

        def evaluation(self):
            return Shifted(self.children[1] * 0.0, self.children[1] * 0.0)

    made = prepare(Nothing, [np.ones((2, 2)), np.zeros(2)], {}, DOUBLE, np.random.default_rng(0)).trial
    assert _settles(made, lambda box, arrays: ()) == []


def outside(evaluation):
    """What is said of a box of one child that stands outside training for what `evaluation` gives."""

    class Outside(bp.Box):
        def fprop(self, a):
            return 2 * a

        def bprop(self, grad, value, a):
            return 2 * grad

    Outside.evaluation = evaluation
    made = prepare(Outside, [A], {}, DOUBLE, np.random.default_rng(0)).trial
    return evaluation_module.check_evaluation(made, lambda box, arrays: (), DOUBLE, np.random.default_rng(0))


def test_what_stands_outside_training_may_be_the_box_itself_or_another_or_fail():
    assert outside(lambda self: self) == ([], [])
    assert outside(lambda self: bp.tanh(self.children[0])) == ([], [])
    rows, (said,) = outside(lambda self: 1 / 0)
    assert rows == []
    assert (
        said == "the box 'Outside' (Outside): evaluation(), or its result, failed: ZeroDivisionError: division by zero"
    )
    rows, (said,) = outside(lambda self: bp.sum(self.children[0], axis=0))
    assert said.endswith("outside training its value has the shape (2,), in training (2, 2)")


def test_children_of_whole_numbers_stay_where_averages_settle():
    class Counted(Average):
        def fprop(self, a, m, i):
            return a + m + 0.0 * i

        def bprop(self, grad, value, a, m, i):
            return grad, grad.sum(axis=0), None

        def updates(self, value, a, m, i):
            return {1: m + 0.5 * (a.mean(axis=0) - m)}

    before = prepare(Counted, [A, np.zeros(2), np.array([3, 4])], {}, DOUBLE, np.random.default_rng(0)).trial
    first = _with(before, evaluation_module._new(before))
    settled = _settled(before, first, _with(first, evaluation_module._new(first)))
    assert [child.tolist() for child in settled.children] == [A.tolist(), [2.0, 4.0], [3, 4]]
