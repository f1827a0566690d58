"""The promises of a box, one by one: what is asked of bprop, and how much rounding is allowed."""

import numpy as np
import pytest

import bprop as bp
from bprop.check import contract
from bprop.check.boxes import prepare
from bprop.check.contract import LINEAR, SAME, Trial, broken_promises, gradients_of_whole_numbers, impurities
from bprop.check.precision import Precision

DOUBLE = Precision(np.dtype("float64"), (2.0**-10, 2.0**-13), 1e-7)
A = np.random.default_rng(0).normal(size=(3, 2))


def rng():
    return np.random.default_rng(0)


def trial_of(kind, *arrays, precision=DOUBLE, **hyper):
    return prepare(kind, [np.asarray(a) for a in arrays], hyper, precision, rng()).trial


def box(bprop, fprop=lambda a: 2 * a):
    """A box of one child from two functions: bprop(grad, value, a)."""
    return type("Told", (bp.Box,), {"fprop": lambda self, a: fprop(a), "bprop": lambda self, g, v, a: bprop(g, v, a)})


class Product(bp.Box):
    """a b c, whatever i is, with the keyword `wanted`."""

    def fprop(self, a, b, c, i):
        return a * b * c

    def bprop(self, grad, value, a, b, c, i, wanted=None):
        return grad * b * c, grad * a * c, grad * a * b, None


class Scripted(Trial):
    """A trial whose bprop gives what a list says, and keeps what it was asked."""

    def bprop(self, grad=None, wanted=None):
        self.asked.append((grad, wanted))
        return self.answers.pop(0) if self.answers else self.last


def scripted(*answers, last=None, kind=None):
    trial = trial_of(kind or box(lambda g, v, a: 2 * g), *([A] if kind is None else [A, A, A, np.arange(3)]))
    trial = Scripted(trial.node, trial.children, trial.extras, trial.value, np.ones_like(trial.grad))
    trial.asked, trial.answers, trial.last = [], list(answers), last
    return trial


# --- purity ---


def spoilt(fprop=lambda a: 2 * a, bprop=lambda g, v, a: 2 * g):
    """The trial of a box that is spoilt after it was made: making it calls fprop."""
    functions = [lambda a: 2 * a, lambda g, v, a: 2 * g]
    trial = trial_of(box(lambda *all_: functions[1](*all_), lambda a: functions[0](a)), A)
    functions[:] = fprop, bprop
    return trial


def test_an_fprop_that_writes_is_named_with_what_it_writes_into():
    def writes(a):
        value = 2 * a
        a += 1
        return value

    (sentence,) = impurities(spoilt(writes), rng())
    assert "fprop writes into its child a. Treat all arguments as read-only" in sentence


def test_an_fprop_or_a_bprop_that_fails_is_named():
    def fails(*arguments):
        raise RuntimeError("oh")

    for trial, what in ((spoilt(fails), "fprop"), (spoilt(bprop=fails), "bprop")):
        (sentence,) = impurities(trial, rng())
        assert sentence.endswith(f"{what} failed: RuntimeError: oh")


def test_a_value_that_fprop_does_not_give_again_is_found():
    trial = trial_of(box(lambda g, v, a: 2 * g), A)
    trial.value = trial.value + 1e-15
    assert "fprop does not return the same when called again" in impurities(trial, rng())[0]


def test_what_bprop_gave_first_is_what_it_must_give_again():
    trial = trial_of(box(lambda g, v, a: 2 * g), A)
    assert impurities(trial, rng()) == []
    trial.first = [trial.first[0] + 1e-15]
    (sentence,) = contract._bprop_repeats(trial, rng())
    assert sentence == "bprop does not return the same when called again"


@pytest.mark.parametrize("check", [impurities, broken_promises])
def test_dividing_by_zero_is_no_broken_promise(check):
    trial = trial_of(box(lambda g, v, a: g * (1 / np.zeros_like(a) > 0)), A)
    assert check(trial, rng()) == []


def test_gradients_are_the_same_only_if_both_or_none_are_none():
    assert contract._all_identical([None, A], [None, A])
    for one, other in (([None], [A]), ([A], [None]), ([A], [A + 1])):
        assert not contract._all_identical(one, other)


def test_not_a_number_is_identical_to_itself():
    assert contract._identical(np.array([np.nan]), np.array([np.nan]))
    assert contract._identical(np.array([1]), np.array([1]))
    assert contract._identical(np.array(["a"]), np.array(["a"]))


# --- the kind of a gradient ---


def kinds(part, value=None, child=None):
    trial = scripted([part])
    trial.value = trial.value if value is None else value
    trial.children = trial.children if child is None else [child]
    return list(contract._kinds(trial, rng()))


@pytest.mark.parametrize(
    ("part", "child"),
    [
        (A, A),
        (A, A.astype(np.longdouble)),  # float64 is enough for what is wider
        (A.astype("float32"), A.astype("float32")),
        (np.ones((3, 2), int), A),
        (np.ones((3, 2), bool), A),
        (None, A),
    ],
)
def test_gradients_of_the_right_kind_pass(part, child):
    assert kinds(part, child=child) == []


def test_gradients_of_the_wrong_kind_are_named():
    assert "of shape (2,) for child a, whose value has shape (3, 2)" in kinds(A[0])[0]
    assert kinds(A.astype("float32")) == ["bprop gives float32 for child a of float64: digits are lost"]
    assert kinds(A * 1j) == ["bprop gives complex128 for child a: a gradient is made of floats"]


def test_not_a_number_is_wrong_where_all_arguments_are_finite():
    part = A.copy()
    part[1, 0] = np.nan
    assert kinds(part) == ["bprop gives NaN for child a[1, 0]"]
    assert kinds(part, value=np.array([1.0, np.inf])) == []
    assert kinds(part, child=np.full_like(A, np.inf)) == []
    assert kinds(np.array(np.nan), child=np.array(1.0)) == ["bprop gives NaN for child a"]


# --- linearity ---


@pytest.mark.parametrize("exponent", [-40, -20, -10, 10, 40])
def test_a_bprop_that_is_wrong_at_one_magnitude_alone_is_found(exponent):
    def bprop(g, v, a):
        return g * (2 + (2.0 ** (exponent - 2) < np.abs(g).max() < 2.0 ** (exponent + 2)))

    (sentence,) = broken_promises(trial_of(box(bprop), A), rng())
    assert f"{2.0**exponent:.0e} times it does not give child a {2.0**exponent:.0e} times as much" in sentence


@pytest.mark.parametrize("scale", [-1.0, -(2.0**20)])
def test_a_bprop_that_is_wrong_for_the_negative_is_found(scale):
    grad = trial_of(box(lambda g, v, a: 2 * g), A).grad
    (sentence,) = broken_promises(trial_of(box(lambda g, v, a: g * (2 + np.array_equal(g, scale * grad))), A), rng())
    assert f"{scale:.0e} times it does not give" in sentence


@pytest.mark.parametrize(("share", "sentences"), [(0.9, 0), (1.1, 1)])
def test_multiples_may_be_off_by_rounding_alone(share, sentences):
    part = np.array([[1.0, 4.0]])
    once, apart, together = [part], [part], [-part]
    scaled = [part * contract.SCALES[0] + np.array([[share * LINEAR * 4 * contract.SCALES[0], 0]])]
    right = [[scale * part] for scale in contract.SCALES[1:]]
    assert len(list(contract._linear(scripted(once, apart, together, scaled, *right), rng()))) == sentences


@pytest.mark.parametrize(("share", "sentences"), [(0.9, 0), (1.1, 1)])
def test_sums_may_be_off_by_rounding_alone(share, sentences):
    one, other = np.array([4.0, 1.0]), np.array([1.0, 8.0])
    together = 2 * one - 3 * other + np.array([share * LINEAR * (2 * 4 + 3 * 8), 0])
    right = [[scale * one] for scale in contract.SCALES]
    found = list(contract._linear(scripted([one], [other], [together], *right), rng()))
    assert len(found) == sentences
    if found:
        assert found[0].endswith("for child a the gradient of a sum is not the sum of the gradients")


def test_a_gradient_that_is_none_is_not_compared():
    for none in range(3):
        parts = [[A], [A], [-A]]
        parts[none] = [None]
        assert list(contract._linear(scripted(*parts, last=[None]), rng())) == []
    assert list(contract._linear(scripted([None], [None], [None], last=[A]), rng())) == []


def test_a_gradient_of_zeros_is_linear():
    assert broken_promises(trial_of(box(lambda g, v, a: 0 * g, lambda a: 0 * a), A), rng()) == []


@pytest.mark.parametrize("kind", [box(lambda g, v, a: 2 * g), Product])
def test_an_empty_tensor_breaks_no_promise(kind):
    arrays = [A[:0]] if kind is not Product else [A[:0], A[:0], A[:0], np.arange(0)]
    assert broken_promises(trial_of(kind, *arrays), rng()) == []


# --- wanted ---


def patterns(*answers, last):
    trial = scripted(*answers, last=last, kind=Product)
    return list(contract._patterns(trial, rng())), [wanted for _, wanted in trial.asked]


EVERY = [A, A, A, None]


def test_every_child_is_asked_for_alone_and_every_one_left_out():
    sentences, asked = patterns(last=EVERY)
    assert sentences == []
    assert asked == [
        None,
        (True, False, False, False), (False, True, False, False), (False, False, True, False),
        (False, True, True, False), (True, False, True, False), (True, True, False, False),
    ]  # fmt: skip


def test_of_two_children_none_is_left_out():
    class Two(bp.Box):
        def fprop(self, a, b):
            return a * b

        def bprop(self, grad, value, a, b, wanted=None):
            return grad * b, grad * a

    trial = trial_of(Two, A, A)
    trial = Scripted(trial.node, trial.children, trial.extras, trial.value, trial.grad)
    trial.asked, trial.answers, trial.last = [], [], [A, A]
    assert list(contract._patterns(trial, rng())) == []
    assert [wanted for _, wanted in trial.asked] == [None, (True, False), (False, True)]


def test_a_box_without_the_keyword_is_not_asked():
    trial = scripted(last=[A])
    assert list(contract._patterns(trial, rng())) == []
    assert trial.asked == []


def test_what_is_wanted_must_not_depend_on_what_else_is():
    alone = "(True, False, False, False)"
    other = [2 * A, A, A, None]
    assert patterns(EVERY, other, last=EVERY)[0] == [
        f"bprop gives child a another gradient with wanted={alone} than where all are"
    ]
    none = [None, None, None, None]
    assert patterns(EVERY, none, last=EVERY)[0] == [
        f"bprop gives None for child a with wanted={alone}, but not where all are"
    ]
    assert patterns(none, EVERY, last=none)[0] == [
        f"bprop gives a gradient for child a with wanted={alone}, but not where all are"
    ]


def test_none_and_zeros_are_the_same():
    none, zeros = [None, None, None, None], [0 * A, 0 * A, 0 * A, None]
    assert patterns(zeros, none, last=zeros)[0] == []
    assert patterns(none, zeros, last=none)[0] == []


def test_what_is_not_wanted_may_be_anything():
    assert patterns(EVERY, [A, 5 * A, 5 * A, None], last=EVERY)[0] == []


@pytest.mark.parametrize(
    ("a", "b", "close"),
    [
        ([1.0, 0.0], [1.0, 0.9 * SAME], True),
        ([1.0, 0.0], [1.0, 1.1 * SAME], False),
        ([0.0, -8.0], [7.9 * SAME, -8.0], True),
        ([0.0], [0.0], True),
        ([], [], True),
        ([np.inf, np.nan], [np.inf, np.nan], True),
        ([1.0], [[1.0]], False),
        ([1.0], [1.0, 1.0], False),
    ],
)
def test_how_close_gradients_must_be(a, b, close):
    with np.errstate(invalid="ignore"):
        assert contract._close(np.array(a), np.array(b)) is close


# --- whole numbers ---


class Labelled(bp.Box):
    """a (i + 1), with a gradient for i."""

    part = staticmethod(lambda grad: grad.sum(axis=1))

    def fprop(self, a, i):
        return a * (i[:, None] + 1)

    def bprop(self, grad, value, a, i):
        return grad * (i[:, None] + 1), self.part(grad)


class LabelledZeros(Labelled):
    part = staticmethod(lambda grad: 0 * grad.sum(axis=1))


def test_a_gradient_for_whole_numbers_or_booleans_is_named_unless_it_is_0():
    numbers, truths = trial_of(Labelled, A, np.arange(3)), trial_of(Labelled, A, np.array([True, False, True]))
    assert "child i, which holds whole numbers and has none" in gradients_of_whole_numbers(numbers, {0})[0]
    assert "child i, which holds booleans and has none" in gradients_of_whole_numbers(truths, {0})[0]
    assert gradients_of_whole_numbers(numbers, {0, 1}) == []
    assert gradients_of_whole_numbers(trial_of(LabelledZeros, A, np.arange(3)), {0}) == []
    assert gradients_of_whole_numbers(trial_of(Labelled, A, np.arange(3.0)), {0}) == []


def test_a_box_that_takes_wanted_is_told_that_whole_numbers_are_not():
    class Told(Labelled):
        def bprop(self, grad, value, a, i, wanted=None):
            return grad * (i[:, None] + 1), (grad.sum(axis=1) if wanted is None or wanted[1] else None)

    with np.errstate(all="raise"):
        assert gradients_of_whole_numbers(trial_of(Told, A, np.arange(3)), {0}) == []


def test_overflow_there_is_no_error():
    kind = box(lambda g, v, a: g * np.exp(1e4 * np.ones_like(a)))
    assert gradients_of_whole_numbers(trial_of(kind, A), {0}) == []
