"""A process that was forked after JAX or polars was used reports why it cannot use them; everything else works."""

import os
import subprocess
import sys

import pytest

from bprop import forked as forked_module
from bprop.forked import Library

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
on_linux = pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="only Linux tells the threads of a process")

SCRIPT = """
import os, sys, warnings
warnings.simplefilter("ignore")
import numpy as np
X, y = np.random.default_rng(0).normal(size=(50, 4)), np.arange(50) % 2

def train(engine, **more):
    import bprop as bp
    return bp.train(bp.mlp([4, 3, 2]), {"x": X, "y": y}, engine=engine, epochs=1, progress=False, **more)

def fit(engine):
    import bprop as bp
    return bp.MLPClassifier((5,), max_iter=2, engine=engine).fit(X, y)

def with_optax(engine):
    import optax
    return train(engine, rule=optax.sgd(0.1))

def use_jax():
    import jax
    jax.numpy.ones(3).block_until_ready()

def use_polars():
    import polars as pl
    pl.DataFrame({"a": X[:, 0], "t": y}).lazy().select(pl.all().sort()).collect()

def stream(path):
    import bprop as bp
    return bp.stream(path, target="t")

"""
FORK = """
child = os.fork()
if child == 0:
    try:
        print({there})
    except Exception as error:
        print(type(error).__name__, error)
    sys.stdout.flush()
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def forked(before, there, after=""):
    """The output of a child that is forked after some code and prints an expression; then the parent runs more code."""
    code = SCRIPT + before + FORK.format(there=there) + after
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0) as ran:
        try:
            out, err = ran.communicate(timeout=100)
        except subprocess.TimeoutExpired:
            os.killpg(ran.pid, 9)
            pytest.fail("the child waits for threads that it does not have")
    assert ran.returncode == 0, err
    printed, _, status = out.rstrip("\n").rpartition("\n")
    assert status == "7", err
    return printed


REFUSED = "UnsupportedError engine 'xla': this process was forked from one that had used JAX"

# --- JAX ---


@pytest.mark.parametrize("function", ["train", "fit", "with_optax"])
def test_xla_in_a_forked_child_is_an_error_that_says_what_to_do(jax, function):
    pytest.importorskip("sklearn" if function == "fit" else "optax" if function == "with_optax" else "jax")
    said = forked("train('xla')", f"{function}('xla')")
    assert said.startswith(REFUSED)
    for word in ("'spawn'", "'forkserver'", "engine='native'"):
        assert word in said


@pytest.mark.parametrize("before", ["import bprop; use_jax()", "use_jax(); train('numpy')"])
def test_jax_used_by_others_before_the_fork_counts(jax, before):
    assert forked(before, "train('xla')").startswith(REFUSED)


@on_linux
def test_jax_used_before_a_fork_counts_where_only_the_child_imports_bprop(jax):
    assert forked("use_jax()", "train('xla')").startswith(REFUSED)


def test_a_child_of_a_child_is_refused_too(jax):
    there = "os.waitpid(pid, 0) and '' if (pid := os.fork()) else train('xla')"
    code = f"[{there}]"
    assert REFUSED in forked("train('xla')", code).splitlines()[0]


def test_no_engine_is_left_for_an_optax_rule_and_that_is_why(jax):
    pytest.importorskip("optax")
    assert forked("train('xla')", "with_optax('auto')").startswith(REFUSED)


@pytest.mark.parametrize("engine", ["auto", "numpy"])
def test_other_engines_and_predictions_go_on(jax, engine):
    assert "Fit" in forked("train('xla')", f"train({engine!r})")
    assert forked("fits = [train('xla')]", "fits[0].predict(x=X)").startswith("[[")


def test_the_parent_goes_on_and_a_child_of_one_that_never_used_xla_may(jax):
    forked("train('xla')", "0", after="train('xla')")
    assert "Fit" in forked("", "train('xla')")
    assert "Fit" in forked("import jax, bprop", "train('xla')")


def test_a_process_that_is_not_forked_may_use_jax_before_it_imports_bprop(jax):
    forked("use_jax()", "0", after="train('xla')")


# --- polars ---


@pytest.fixture
def tables(tmp_path):
    """The paths of one table as CSV and as Parquet."""
    pl = pytest.importorskip("polars")
    table = pl.DataFrame({"a": list(range(40)), "b": [0.5 * i for i in range(40)], "t": ["u", "v"] * 20})
    table.write_csv(tmp_path / "t.csv")
    table.write_parquet(tmp_path / "t.parquet")
    return str(tmp_path / "t.csv"), str(tmp_path / "t.parquet")


@pytest.mark.parametrize("before", ["stream({0!r})", pytest.param("import bprop; use_polars()", marks=on_linux)])
def test_in_a_forked_child_csv_is_read_without_polars_and_the_rest_is_refused(tables, before):
    text, columns = tables
    before = before.format(text)
    assert "Stream" in forked(before, f"stream({text!r})")
    said = forked(before, f"stream({columns!r})", after=f"stream({columns!r})")
    assert said.startswith(f"UnsupportedError {columns}: this process was forked from one that had used polars")
    assert "so that reading .parquet files would hang: start processes with" in said


def test_a_child_of_one_that_never_used_polars_may(tables):
    assert "Stream" in forked("import bprop", f"stream({tables[1]!r})")


# --- one library ---


@pytest.mark.parametrize("runs", [True, False])
def test_it_is_lost_in_a_child_if_it_was_used_by_anybody(runs):
    library = Library("one", lambda: runs)
    library._before_fork()
    library._after_fork()
    assert library.usable() is not runs
    library = Library("one", lambda: False)
    assert library.usable()
    library._before_fork()
    assert library.usable()  # the parent goes on
    for _ in range(2):  # a child, and its child
        library._after_fork()
        assert not library.usable()
        library._before_fork()


@pytest.mark.parametrize(
    ("names", "runs"),
    [
        (["python", "polars-0"], True),
        (["python", "polars-1"], True),  # the first thread has not run yet, and still has the name of the process
        (["python", "polars"], False),
        (["python", "polars-io"], False),
        (["python"], False),
    ],
)
def test_polars_runs_if_any_of_its_numbered_threads_does(monkeypatch, tmp_path, names, runs):
    for number, name in enumerate(names):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "comm").write_text(f"{name}\n")
    monkeypatch.setattr(forked_module, "TASKS", str(tmp_path))
    monkeypatch.setitem(sys.modules, "polars", object())
    assert forked_module._polars_runs() is runs
