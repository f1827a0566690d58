"""Compiled traces: kept in the process, and as machine code between processes."""

import gc
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.engines import native
from bprop.engines.native.run import native_run, routines, threads
from bprop.engines.native.run.routines import without_collection
from bprop.engines.trace.tracer import Tracer


@pytest.fixture
def forgotten(monkeypatch):
    """forgotten(): as in a new process."""

    def forget():
        monkeypatch.setattr(routines, "_routines", type(routines._routines)())

    forget()
    return forget


@pytest.fixture
def compilations(monkeypatch):
    """A list that grows with every module that is compiled."""
    seen, compile_ = [], routines.machine_code
    monkeypatch.setattr(routines, "machine_code", lambda module: seen.append(module) or compile_(module))
    return seen


def train(hidden=5, count=20, **settings):
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(count, 3)), "y": rng.integers(2, size=count)}
    settings = {"rule": bp.SGD(0.1), "batch_size": 4, "epochs": 1} | settings
    settings = {"engine": "native"} | settings
    return bp.train(bp.mlp([3, hidden, 2]), data, progress=False, **settings).params


def test_a_step_and_a_measure_are_compiled_once(forgotten, compilations):
    train(validation=0.25)
    assert len(compilations) == 2
    train(count=31, rule=bp.SGD(0.3), epochs=2, seed=3, validation=0.25)
    assert len(compilations) == 2


@pytest.mark.parametrize(
    "settings", [{"batch_size": 5}, {"dtype": "float64"}, {"rule": bp.Adam()}, {"hidden": 6}, {"weights": np.ones(20)}],
    ids=lambda s: next(iter(s)),
)  # fmt: skip
def test_what_changes_the_program_is_compiled_again(forgotten, compilations, settings):
    train()
    before = len(compilations)
    train(**settings)
    assert len(compilations) > before


def test_a_new_process_takes_the_machine_code_that_another_made(forgotten, compilations, monkeypatch, tmp_path):
    monkeypatch.setenv("BPROP_CACHE", str(tmp_path / "kept"))
    first = train()
    assert len(compilations) == 1
    assert list((tmp_path / "kept").iterdir())
    forgotten()
    again = train()
    assert len(compilations) == 1
    for name, array in first.items():
        np.testing.assert_array_equal(again[name], array)


def test_machine_code_of_another_version_or_machine_is_not_taken(forgotten, compilations, monkeypatch, tmp_path):
    monkeypatch.setenv("BPROP_CACHE", str(tmp_path / "kept"))
    train()
    forgotten()
    monkeypatch.setattr(routines, "sources", lambda: "another version")
    train()
    assert len(compilations) == 2
    forgotten()
    here = routines.machine()
    other = type(here)(here.name, here.features, 16 if here.vector_bytes > 16 else 32)
    for module in (routines, native_run):
        monkeypatch.setattr(module, "machine", lambda: other)
    monkeypatch.setattr("bprop.engines.native.run.object_code.machine", lambda: other)
    train()
    assert len(compilations) == 3


def test_every_file_of_the_compiler_decides_whether_machine_code_is_taken():
    """A change of any floor must not find the machine code of before."""
    engines = Path(native.__file__).parents[1]
    floors = ("trace", "native", "native/schedule", "native/emit", "native/run")
    files = {path for floor in floors for path in (engines / floor).glob("*.py")}
    assert len(files) > 30
    assert set(routines.source_files()) == files


def test_the_word_of_a_version_changes_with_its_source(monkeypatch, tmp_path):
    paths = [tmp_path / name for name in ("one.py", "two.py")]
    monkeypatch.setattr(routines, "source_files", lambda: paths)
    words = set()
    for one, two in (("a = 1", "b = 2"), ("a = 2", "b = 2"), ("a = 1", "b = 3")):
        for path, text in zip(paths, (one, two), strict=True):
            path.write_text(text, encoding="utf-8")
        words.add(routines.sources.__wrapped__())
    assert len(words) == 3


def test_damaged_machine_code_is_made_again(forgotten, compilations, monkeypatch, tmp_path):
    monkeypatch.setenv("BPROP_CACHE", str(tmp_path))
    first = train()
    for path in tmp_path.iterdir():
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 255
        path.write_bytes(content)
    forgotten()
    again = train()
    assert len(compilations) == 2
    np.testing.assert_array_equal(again["W1"], first["W1"])


def test_machine_code_that_this_user_has_not_sealed_is_not_loaded(forgotten, compilations, monkeypatch, tmp_path):
    monkeypatch.setenv("BPROP_CACHE", str(tmp_path / "kept"))
    train()
    planted = b"\0another's machine code"
    for path in (tmp_path / "kept").glob("*.program"):
        path.write_bytes(sha256(planted).digest() + planted)  # its own digest, as anybody can make it
    forgotten()
    contents, load = [], routines.loaded
    monkeypatch.setattr(routines, "loaded", lambda content, *more: contents.append(content) or load(content, *more))
    train()
    assert len(compilations) == 2
    assert planted[1:] not in contents


def test_the_programs_used_longest_ago_are_forgotten(forgotten, compilations, monkeypatch):
    monkeypatch.setattr(routines, "KEPT_ROUTINES", 2)
    train(3)
    train(4)
    train(3)
    train(5)  # forgets those of 4 hidden units
    assert len(compilations) == 3
    train(3)
    assert len(compilations) == 3
    train(4)
    assert len(compilations) == 4


def test_a_failure_of_the_compiler_is_a_fault_of_bprop_and_no_reason_to_go_on_elsewhere(forgotten, monkeypatch):
    def fail(module):
        raise RuntimeError("LLVM says no")

    monkeypatch.setattr(routines, "machine_code", fail)
    for engine in ("native", "auto"):
        with pytest.raises(errors.InternalError, match=r"fault of bprop.*report it") as caught:
            train(engine=engine)
        assert "LLVM says no" in str(caught.value)
    assert not routines._routines


def test_the_same_network_under_other_names_or_with_leaves_the_other_way_round(forgotten):
    """What is kept must say all that code depends on: order of inputs, roles of leaves, dtypes of the data."""
    rng = np.random.default_rng(0)
    data = {"a": rng.normal(size=(20, 3)), "b": rng.normal(size=(20, 3))}

    def build(turned):
        a, b, w = bp.Input("a", (3,)), bp.Input("b", (3,)), bp.Parameter("w", (3,))
        one, two = (b, a) if turned else (a, b)
        return bp.Graph(loss=bp.sum(bp.square(one * w) - two * w, axis=1))

    for turned in (False, True):
        for kinds in (("float64", "float32"), ("float32", "float64")):
            given = {name: array.astype(kind) for (name, array), kind in zip(data.items(), kinds, strict=True)}
            settings = {
                "params": {"w": np.ones(3)},
                "batch_size": 4,
                "epochs": 1,
                "dtype": "float64",
                "progress": False,
            }
            ours, theirs = (bp.train(build(turned), given, engine=e, **settings) for e in ("numpy", "native"))
            np.testing.assert_allclose(theirs.params["w"], ours.params["w"], rtol=0, atol=1e-13)


class Own(bp.Box):
    """2 a: a box of a user. Shapes: a -> a."""

    def fprop(self, a):
        return 2 * a

    def bprop(self, grad, value, a):
        return 2 * grad


def test_a_users_box_is_traced_for_every_fit_but_not_compiled_again(forgotten, compilations):
    def fit(count):
        x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
        data = {"x": np.ones((count, 3))}
        return bp.train(bp.Graph(loss=bp.sum(Own(x * w), axis=1)), data, validation=data, batch_size=4, epochs=1,
                        engine="native", progress=False)  # fmt: skip

    fit(8)
    assert len(compilations) == 2  # of a step and of an evaluation
    fit(12)
    assert len(compilations) == 2


@pytest.mark.parametrize("error", [TimeoutError, MemoryError, type("StopitError", (Exception,), {})])
def test_a_time_limit_that_ends_tracing_is_no_reason_to_go_on_elsewhere(forgotten, monkeypatch, error):
    """With engine="auto" it would be lost: the next engine would train, for as long as it takes."""
    calls, step = [], Tracer.step

    def ends(self, *args):
        calls.append(args)
        if len(calls) == 1:
            raise error
        return step(self, *args)

    monkeypatch.setattr(Tracer, "step", ends)
    with pytest.raises(error):
        train(engine="auto")


def test_a_time_limit_that_ends_compiling_is_no_fault_of_bprop(forgotten, monkeypatch):
    def ends(*args):
        raise TimeoutError

    monkeypatch.setattr(routines, "compiled", ends)
    with pytest.raises(TimeoutError):
        train()


@pytest.mark.parametrize(("cores", "rows", "most"), [(3, 5000, 3), (100, 5000, 8), (1, 5000, 1), (100, 50, 1)])
def test_a_loop_runs_on_as_many_threads_as_there_are_cores_and_eight_at_most(step_of, monkeypatch, cores, rows, most):
    monkeypatch.setattr(threads, "cores", lambda: cores)
    trace = step_of(lambda xp, a: [xp.tanh(a)], [np.zeros((rows, 8))], "float64")
    assert routines.routine_of(trace, 1, {}, None, np.dtype("float64"), (cores, rows)).most == most


def test_two_boxes_of_users_that_differ_in_code_alone_are_two_programs(forgotten):
    def trained(factor, engine):
        class RoutinesOwn(bp.Box):
            def fprop(self, a):
                return factor * a

            def bprop(self, grad, value, a):
                return factor * grad

        x, w = bp.Input("x"), bp.Parameter("w", ())
        graph = bp.Graph(loss=bp.square(RoutinesOwn(x * w) - 1.0))
        settings = {"params": {"w": 0.5}, "rule": bp.SGD(0.1), "batch_size": 2, "epochs": 1, "dtype": "float64"}
        return bp.train(graph, {"x": np.linspace(1, 2, 6)}, engine=engine, progress=False, **settings).params["w"]

    for factor in (2.0, 3.0):
        assert trained(factor, "native") == pytest.approx(trained(factor, "numpy"), rel=1e-12)


@pytest.mark.parametrize("collects", [True, False])
def test_the_collector_of_cycles_waits_and_then_does_as_before(collects):
    before = gc.isenabled()
    try:
        (gc.enable if collects else gc.disable)()
        with pytest.raises(KeyboardInterrupt), without_collection():
            assert not gc.isenabled()
            raise KeyboardInterrupt
        assert gc.isenabled() == collects
    finally:
        (gc.enable if before else gc.disable)()
