"""A process that was forked from one that had used XLA says why it cannot use it, and others go on."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")

SCRIPT = """
import os, sys, warnings
warnings.simplefilter("ignore")
import numpy as np
{first}
import bprop as bp
X, y = np.random.default_rng(0).normal(size=(50, 4)), np.arange(50) % 2
data, graph = {{"x": X, "y": y}}, bp.mlp([4, 3, 2])

def train(engine):
    return bp.train(graph, data, engine=engine, epochs=1, progress=False)

def fit(engine):
    return bp.MLPClassifier((5,), max_iter=2, engine=engine).fit(X, y)

def loads(engine):
    return fits[0].predict(x=X)

{before}
fits = [train("numpy")]
child = os.fork()
if child == 0:
    try:
        print({function}({engine!r}))
    except Exception as error:
        print(type(error).__name__, error)
    sys.stdout.flush()
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
{after}
"""


def told(function="train", engine="xla", before="train('xla')", first="", after=""):
    """What a forked child prints that calls a function with an engine."""
    code = SCRIPT.format(function=function, engine=engine, before=before, first=first, after=after)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("function", ["train", "fit"])
def test_xla_in_a_forked_child_is_an_error_that_says_what_to_do(jax, function):
    pytest.importorskip("sklearn")
    said = told(function)
    assert said.startswith("UnsupportedError engine 'xla': this process was forked")
    assert "'spawn'" in said
    assert "'forkserver'" in said
    assert "engine='native'" in said


def test_jax_used_by_others_before_the_fork_counts(jax):
    assert told(first="import jax", before="jax.numpy.ones(3).block_until_ready()").startswith("UnsupportedError")


@pytest.mark.parametrize("engine", ["auto", "numpy"])
def test_other_engines_and_predictions_go_on(jax, engine):
    assert "Fit" in told(engine=engine)
    assert told("loads", engine).strip().startswith("[[")


def test_the_parent_goes_on_and_a_child_of_one_that_never_used_xla_may(jax):
    told(after="train('xla')")
    assert "Fit" in told(before="")
