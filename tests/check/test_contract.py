"""What boxes promise beside the right gradient: every broken promise is found, and named."""

from typing import ClassVar

import numpy as np
import pytest

import bprop as bp

RIGHT = np.random.default_rng(0).normal(size=(6, 4))
WEIGHTS = np.random.default_rng(1).normal(size=(4, 3))


class ContractSquare(bp.Box):
    """a^2, for subclasses to spoil."""

    def fprop(self, a):
        return a * a

    def bprop(self, grad, value, a):
        return 2 * grad * a


class ContractProduct(bp.Box):
    """h W, with the keyword `wanted`."""

    def fprop(self, h, W):
        return h @ W

    def bprop(self, grad, value, h, W, wanted=(True, True)):
        return (grad @ W.T if wanted[0] else None), (h.T @ grad if wanted[1] else None)


class WritesGrad(ContractSquare):
    def bprop(self, grad, value, a):
        grad *= 2 * a
        return grad


class WritesGradAfterwards(ContractSquare):
    def bprop(self, grad, value, a):
        found = 2 * grad * a
        grad[...] = 0
        return found


class WritesValue(ContractSquare):
    def bprop(self, grad, value, a):
        value[...] = 0
        return 2 * grad * a


class WritesChild(ContractSquare):
    def bprop(self, grad, value, a):
        found = 2 * grad * a
        a[...] = 0
        return found


class WritesNoise(bp.Dropout):
    def bprop(self, grad, value, a, noise):
        found = super().bprop(grad, value, a, noise)
        noise[...] = 0
        return found


class Memory:
    last = None
    count = 0


class KeepsItsInput(ContractSquare):
    def fprop(self, a):
        Memory.last = a
        return a * a

    def bprop(self, grad, value, a):
        return 2 * grad * Memory.last


class Counts(ContractSquare):
    def fprop(self, a):
        Memory.count += 1
        return a * a + 1e-6 * Memory.count


class Noisy(ContractSquare):
    def fprop(self, a):
        return a * a + 1e-9 * np.random.default_rng().normal(size=a.shape)


class RandomBprop(ContractSquare):
    def bprop(self, grad, value, a):
        return 2 * grad * a * (1 + 1e-3 * np.random.default_rng().normal())


class ClipsUpstream(ContractSquare):
    def bprop(self, grad, value, a):
        return 2 * a * np.clip(grad, -1e3, 1e3)


class DropsSmallUpstream(ContractSquare):
    def bprop(self, grad, value, a):
        return 2 * a * np.where(np.abs(grad) < 1e-5, 0, grad)


class AddsAConstant(ContractSquare):
    def bprop(self, grad, value, a):
        return 2 * a * grad + 1e-14


class GivesFloat32(ContractSquare):
    def bprop(self, grad, value, a):
        return (2 * grad * a).astype(np.float32)


class GivesNan(ContractSquare):
    def bprop(self, grad, value, a):
        found = 2 * grad * a
        found[1, 2] = np.nan
        return found


BROKEN = {
    WritesGrad: "bprop writes into the gradient that arrives",
    WritesGradAfterwards: "bprop writes into the gradient that arrives",
    WritesValue: "bprop writes into the value of the box",
    WritesChild: "bprop writes into its child a",
    WritesNoise: "bprop writes into noise",
    KeepsItsInput: "it keeps state between calls",
    Counts: "fprop does not return the same when called again",
    Noisy: "fprop does not return the same when called again",
    RandomBprop: "bprop does not return the same when called again",
    ClipsUpstream: "bprop is not linear in the gradient that arrives",
    DropsSmallUpstream: "bprop is not linear in the gradient that arrives",
    AddsAConstant: "bprop is not linear in the gradient that arrives",
    GivesFloat32: "bprop gives float32 for child a",
    GivesNan: "bprop gives NaN for child a[1, 2]",
}


@pytest.mark.parametrize("kind", [ContractSquare, ContractProduct])
def test_boxes_that_keep_their_promises_pass(kind):
    arrays = (RIGHT, WEIGHTS) if kind is ContractProduct else (RIGHT,)
    report = bp.check_box(kind, [arrays])
    assert report.ok, str(report)


@pytest.mark.parametrize(("kind", "said"), BROKEN.items(), ids=lambda value: getattr(value, "__name__", None))
def test_a_broken_promise_is_named(kind, said):
    report = bp.check_box(kind, [(RIGHT,)])
    assert not report.ok
    assert said in str(report)


@pytest.mark.parametrize(("kind", "said"), BROKEN.items(), ids=lambda value: getattr(value, "__name__", None))
@pytest.mark.parametrize("inputs", [True, False])
def test_and_in_a_graph_as_well(kind, said, inputs):
    x, w = bp.Input("x", (4,)), bp.Parameter("w", (4,))
    graph = bp.Graph(loss=bp.sum(bp.tanh(kind(x * w)), axis=1))
    report = bp.check_gradients(graph, {"w": np.full(4, 0.7)}, x=RIGHT, inputs=inputs)
    assert not report.ok
    assert said in str(report)


def test_parameters_and_data_survive_a_box_that_writes():
    x, w = bp.Input("x", (4,)), bp.Parameter("w", (4,))
    graph = bp.Graph(loss=bp.sum(WritesChild(x) * w, axis=1))
    data, theta = RIGHT.copy(), {"w": np.ones(4)}
    assert not bp.check_gradients(graph, theta, x=data).ok
    np.testing.assert_array_equal(data, RIGHT)


class WantedWrong(ContractProduct):
    def bprop(self, grad, value, h, W, wanted=(True, True)):
        return (grad @ W.T if wanted[0] else None), (h.T @ grad) * (1 if wanted[0] else 3)


class WantedNone(ContractProduct):
    def bprop(self, grad, value, h, W, wanted=(True, True)):
        return grad @ W.T, (h.T @ grad if all(wanted) else None)


@pytest.mark.parametrize(
    ("kind", "said"), [(WantedWrong, "another gradient with"), (WantedNone, "None for child W with")]
)
def test_what_is_wanted_beside_it_must_not_change_a_gradient(kind, said):
    report = bp.check_box(kind, [(RIGHT, WEIGHTS)])
    assert said in str(report)
    assert "wanted=(False, True)" in str(report)
    x, W = bp.Input("x", (4,)), bp.Parameter("W", (4, 3))
    graph = bp.Graph(loss=bp.sum(bp.tanh(kind(x, W)), axis=1))
    for inputs in (True, False):
        assert not bp.check_gradients(graph, {"W": WEIGHTS}, x=RIGHT, inputs=inputs).ok


class ScalesRows(bp.Box):
    """a (i + 1), with a gradient for the whole numbers i, which have none."""

    def fprop(self, a, i):
        return a * (i[:, None] + 1)

    def bprop(self, grad, value, a, i):
        return grad * (i[:, None] + 1), (grad * a).sum(axis=1)


class ScalesRowsRightly(ScalesRows):
    def bprop(self, grad, value, a, i):
        return grad * (i[:, None] + 1), None


class ScalesRowsByFloatsToo(ScalesRows):
    @classmethod
    def examples(cls, rng):
        yield rng.normal(size=(6, 4)), rng.normal(size=6)


def test_whole_numbers_have_no_gradient():
    rows = (RIGHT, np.arange(6))
    assert "bprop gives a gradient for child i, which holds whole numbers" in str(bp.check_box(ScalesRows, [rows]))
    assert bp.check_box(ScalesRowsRightly, [rows]).ok
    assert bp.check_box(ScalesRowsByFloatsToo, [rows]).ok  # for floats it has one, and the pass ignores it here


def test_an_example_without_floats_is_no_success():
    class DoublesWholeNumbers(bp.Box):
        def fprop(self, i):
            return i * 2

        def bprop(self, grad, value, i):
            return None

    report = bp.check_box(DoublesWholeNumbers, [(np.arange(6),)])
    assert not report.ok
    assert "NOTHING was compared" in str(report)


class WrongNumber(ContractSquare):
    needs: ClassVar = ()

    def bprop(self, grad, value, a):
        return 2 * grad * a, None


def test_a_wrong_number_of_gradients_is_said_once():
    assert str(bp.check_box(WrongNumber, [(RIGHT,)])).count("bprop gave 2 gradients for 1 children") == 1
