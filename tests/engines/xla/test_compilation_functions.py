"""Functions compiled ahead, once for each set of argument shapes."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")
compilation = pytest.importorskip("bprop.engines.xla.compilation")


def double(tree, number):
    return {name: 2 * array + number for name, array in tree.items()}


def test_a_function_computes_and_compiles_once_for_every_shape(compilations):
    function = compilation.Function(double)
    with compilations() as seen:
        for shape in ((2,), (3,), (2,), (3,)):
            found = function({"a": np.ones(shape, np.float32)}, np.float32(1))
            np.testing.assert_array_equal(found["a"], np.full(shape, 3))
    assert len(seen) == 2


def test_other_dtypes_and_other_trees_are_other_programs():
    function = compilation.Function(double)
    for tree in ({"a": np.ones(2, np.float32)}, {"a": np.ones(2, np.int32)}, {"b": np.ones(2, np.float32)}):
        found = function(tree, np.float32(1))
        assert found.keys() == tree.keys()
    assert len(function._ready) == 3


def test_settings_of_jax_that_a_program_depends_on_are_heeded(compilations):
    function = compilation.Function(lambda a: a @ a)
    a = np.ones((2, 2), np.float32)
    with compilations() as seen:
        function(a)
        with jax.default_matmul_precision("float32"):
            function(a)
            function(a)
        function(a)
    assert len(seen) == 2


def test_only_so_many_programs_are_kept_ready(monkeypatch):
    monkeypatch.setattr(compilation, "READY", 2)
    function = compilation.Function(lambda a: a + 1)
    for size in range(1, 5):
        function(np.ones(size, np.float32))
    assert len(function._ready) == 2


def test_the_seconds_of_compiling_are_counted_and_those_of_calls_are_not(monkeypatch):
    clock = [0.0]

    def compiled(lowered, device, store):
        clock[0] += 7.0
        return lowered.compile()

    monkeypatch.setattr(compilation, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(compilation, "compile_or_load", compiled)
    function = compilation.Function(double)
    for shape, seconds in (((2,), 7.0), ((2,), 7.0), ((3,), 14.0), ((2,), 14.0)):
        function({"a": np.ones(shape, np.float32)}, np.float32(1))
        assert function.seconds == seconds
    assert compilation.Function(double).seconds == 0.0
