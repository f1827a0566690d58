"""Evaluating a function of arrays once: any arrays go in, any outputs come out."""

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from bprop.engines.native.run import evaluate as module
from bprop.engines.native.run.evaluate import evaluate


def test_arrays_of_every_kind_and_layout_go_in_and_come_out_as_they_were():
    a = np.arange(24.0).reshape(4, 6)
    given = [a, a.T, a[::2, ::-1], np.asfortranarray(a), np.array(2.5), np.arange(-3, 4), a > 5, np.array(True),
             np.broadcast_to(a[0], (3, 6)), np.zeros((1, 1, 1)), np.arange(5, dtype=np.uint8), [1.0], 3]  # fmt: skip
    before = [np.array(array) for array in given]
    for found, array, old in zip(evaluate(lambda *arrays: arrays, *given), given, before, strict=True):
        kind = {"f": np.float64, "b": bool}.get(old.dtype.kind, np.int64)
        assert (found.dtype, found.shape) == (kind, old.shape)
        assert found.flags.owndata
        np.testing.assert_array_equal(found, old)
        np.testing.assert_array_equal(array, old)


def test_outputs_may_be_numbers_and_may_come_twice():
    a = np.arange(3.0)
    found = evaluate(lambda a: [2.5, a, a, a.T, True, 7, a + 1, a + 1, a.sum()], a)
    for one, two in zip(found, [2.5, a, a, a, True, 7, a + 1, a + 1, 3.0], strict=True):
        np.testing.assert_array_equal(one, two)


def test_the_precision_is_that_which_is_asked_for():
    third = np.array([1 / 3])
    single, double = (evaluate(lambda a: [a, a * 3.0 - 1.0], third, dtype=d) for d in ("float32", np.float64))
    assert (single[0].dtype, double[0].dtype) == (np.float32, np.float64)
    assert single[0] == np.float32(1 / 3) != double[0] == third


def test_nothing_is_kept_from_one_call_to_the_next():
    function = lambda a, b: [a @ b, a.sum(axis=0)]  # noqa: E731
    rng = np.random.default_rng(0)
    for _ in range(2):
        a, b = rng.normal(size=(3, 5)), rng.normal(size=(5, 4))
        for one, two in zip(evaluate(function, a, b), function(a, b), strict=True):
            np.testing.assert_allclose(one, two, rtol=0, atol=1e-14)


def test_arrays_of_values_in_the_midst_of_a_function_are_given_too():
    table = np.arange(6.0).reshape(2, 3)
    first, second = evaluate(lambda a: [a + table, a * np.array([True, False, True])], np.ones((2, 3)))
    np.testing.assert_array_equal(first, 1 + table)
    np.testing.assert_array_equal(second, [[1, 0, 1], [1, 0, 1]])


def test_it_is_compiled_for_the_vectors_of_this_machine(monkeypatch):
    asked, make = [], module.Assembler
    monkeypatch.setattr(module, "Assembler", lambda trace, *rest: asked.append(rest) or make(trace, *rest))
    evaluate(lambda a: [a + 1.0], np.ones(3), dtype="float32")
    assert asked == [(1, module.machine().lanes(np.dtype("float32")), {}, None)]
