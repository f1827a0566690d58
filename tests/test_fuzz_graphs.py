"""Random graphs with fixed seeds: every engine computes what NumPy computes, and NumPy what JAX derives by itself.

More of them, for as long as you like: `python -m fuzz graphs`.
"""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import bprop as bp
from bprop import boxes

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # the fuzzers are no part of the package

from fuzz.graphs import campaign, compare, generate, reference  # noqa: E402
from fuzz.graphs.case import OWN, Case, Node  # noqa: E402
from fuzz.graphs.losses import LOSSES, PENALTIES  # noqa: E402
from fuzz.graphs.oracle import METRICS  # noqa: E402
from fuzz.graphs.outcome import train  # noqa: E402
from fuzz.graphs.productions import PRODUCTIONS  # noqa: E402
from fuzz.graphs.shrink import shrink  # noqa: E402
from fuzz.graphs.source import source  # noqa: E402

GRAPHS = len(generate.STARS)
TURNS = range(int(os.environ.get("BPROP_FUZZ_TURNS", "1")))
"""A turn has a graph with every box. `BPROP_FUZZ_TURNS=2 pytest tests/test_fuzz_graphs.py` judges those of two."""


def choose(seed):
    """Native always, in float32 now and then; XLA, and JAX as the oracle, on a share: they take long to compile."""
    pairs = [("native", "float64")] + [("native", "float32")] * (seed % 4 == 0)
    pairs += [("xla", "float64")] * (seed % 11 == 0) + [("xla", "float32")] * (seed % 22 == 0)
    ready = campaign.installed(["native", "xla"])
    return [p for p in pairs if p[0] in ready], "jax" if seed % 11 == 4 and "xla" in ready else None


def line(w=0.5):
    """w x, whose loss is its value."""
    nodes = (
        Node("Input", (), {"shape": (), "dtype": "float"}, "x0"),
        Node("Parameter", (), {"shape": (), "trainable": True}, "w0"),
        Node("Multiply", (0, 1), {}, "product"),
    )
    return Case(nodes, 2, {"w0": np.array(w)}, {"x0": np.arange(1.0, 5.0)}, batch_size=2)


def test_all_boxes_of_the_catalogue_are_among_the_productions_and_known_to_the_oracles():
    ours = {cls.__name__ for cls in boxes.catalogue()}
    grown = {*PRODUCTIONS, *LOSSES, *PENALTIES}
    assert grown == ours | set(OWN), f"{grown ^ (ours | set(OWN))}: see 'a box' in CONTRIBUTING"
    for name, needs in (("with_jax", "jax"), ("with_torch", "torch")):
        if campaign.find_spec(needs) is not None:
            known = set(importlib.import_module(f"fuzz.graphs.{name}").OPS)
            assert known == ours | set(OWN), f"{known ^ (ours | set(OWN))}: OPS of {name}.py has every box once"


def test_the_oracle_computes_the_metrics_of_every_loss():
    metrics = {cls.__name__: set(cls.metrics) for cls in boxes.catalogue() if issubclass(cls, bp.Loss) and cls.metrics}
    assert metrics == {name: set(measured) for name, measured in METRICS.items()}


@pytest.mark.parametrize("turn", TURNS)
def test_all_engines_agree_on_random_graphs(turn):
    """Each turn has a graph with every box of the catalogue."""
    result = campaign.run(range(turn * GRAPHS, (turn + 1) * GRAPHS), choose)
    assert not result.faults, f"{result}\n{result.faults}"
    assert result.counts["graphs"] == GRAPHS
    ready = campaign.installed(["native", "xla"])
    for engine, least in (("native", 0.7), ("xla", 0.7 / 11)):
        assert engine not in ready or result.counts[f"same {engine} float64"] >= least * GRAPHS, str(result)
    if ready:
        missing = {cls.__name__ for cls in boxes.catalogue()} - set(result.kinds)
        assert len(missing) <= 2, missing  # a case may end before it is judged; the test below sees to all boxes
        judged = sum(n for what, n in result.counts.items() if what.startswith("results native") and "not" not in what)
        assert "native" not in ready or result.counts["results not resolved native float64"] < 0.2 * judged


def test_every_box_is_in_one_of_the_graphs_of_each_turn():
    names = {cls.__name__ for cls in boxes.catalogue()}
    for turn in (0, 1):
        cases = [generate.generate(seed) for seed in range(turn * GRAPHS, (turn + 1) * GRAPHS)]
        assert set().union(*(case.kinds() for case in cases)) >= names


def test_a_seed_stands_for_one_case():
    one, two, other = generate.generate(7), generate.generate(7), generate.generate(8)
    assert source(one) == source(two) != source(other)


def test_a_result_that_is_a_little_off_is_a_fault_and_rounding_is_not():
    case = line()
    kept = reference.Reference.of(case)
    outcome = train(case, "numpy", "float64")
    assert compare.differences(kept, "float64", outcome) == []
    moved = outcome["theta/w0"] - case.theta["w0"]
    for share, faults in ((1e-10, 0), (1e-7, 1)):
        off = {**outcome, "theta/w0": outcome["theta/w0"] + share * moved}
        assert len(compare.differences(kept, "float64", off)) == faults
    for share, faults in ((1e-6, 0), (1e-3, 1)):
        off = {**outcome, "theta/w0": outcome["theta/w0"] + share * moved}
        assert len(compare.differences(kept, "float32", off)) == faults
    lost = {name: value for name, value in outcome.items() if name != "loss/0"}
    assert compare.differences(kept, "float64", {**lost, "loss/0": np.nan}) != []
    assert compare.differences(kept, "float64", lost) == ["no result loss/0"]


def test_a_result_that_rounding_decides_is_not_judged():
    """The slope of |w x - y| + w x at y = w x: any subgradient will do."""
    case = line()
    y = Node("Input", (), {"shape": (), "dtype": "float"}, "x1")
    nodes = (*case.nodes, y, Node("Subtract", (2, 3), {}, "rest"), Node("Abs", (4,), {}, "size"))
    nodes += (Node("Add", (5, 2), {}, "sum"),)
    data = {**case.data, "x1": 0.5 * case.data["x0"]}
    kept = reference.Reference.of(case.changed(nodes=nodes, loss=6, data=data, batch_size=4))
    assert kept.allowed("theta/w0", "float64") is None
    assert kept.allowed("loss/0", "float64") is not None


def test_an_engine_that_is_wrong_or_breaks_is_blamed(monkeypatch):
    def broken(case, engine, dtype, jitter=None):
        if engine == "wrong":
            return {**train(case, "numpy", dtype), "loss/0": np.array(1.0)}
        if engine == "broken":
            raise KeyError("slot 3")
        if engine == "unable":
            raise bp.errors.UnsupportedError("no code for tables of 17 rows")
        return train(case, engine, dtype, jitter)

    monkeypatch.setattr(compare, "train", broken)
    monkeypatch.setattr(reference, "train", broken)
    verdict = compare.examine(line(), [(name, "float64") for name in ("numpy", "wrong", "broken", "unable")])
    wrong, crash = verdict.faults
    assert wrong.startswith("wrong float64: loss/0 is off by ") and crash == "broken float64: KeyError: 'slot 3'"
    assert verdict.counts["same numpy float64"] == 1 and verdict.counts["different wrong float64"] == 1
    assert verdict.counts["declined by unable: UnsupportedError: no code for tables of # rows"] == 1


def test_what_numpy_refuses_must_be_refused_by_all(monkeypatch):
    def refuse(case, engine, dtype, jitter=None):
        if engine == "lenient":
            return {}
        raise bp.errors.DataError("row 3 is bad")

    monkeypatch.setattr(compare, "train", refuse)
    monkeypatch.setattr(reference, "train", refuse)
    verdict = compare.examine(line(), [("strict", "float64"), ("lenient", "float64")])
    assert verdict.faults == ["lenient float64: results, where NumPy raises DataError: row 3 is bad"]


def test_a_process_that_dies_is_a_fault_of_its_case():
    judge = campaign.Judge()
    try:
        nodes = (*line().nodes, Node("Apply", (2,), {"f": os.abort}, "end"))
        verdict = judge(line().changed(nodes=nodes, loss=3), [], None)
        assert verdict.faults == ["numpy float64: the process ended without a word"]
        assert judge(line(), [("numpy", "float64")], None).counts["same numpy float64"] == 1
    finally:
        judge.pool.shutdown(wait=True, cancel_futures=True)


def test_a_table_has_a_twin_that_differs_in_one_element():
    node = Node("Table", (0,), {"table": np.ones(1200)}, "table")
    case = line()
    twin = campaign.twin_of(case.changed(nodes=(*case.nodes, node)))
    assert (twin.nodes[3].hyper["table"] != node.hyper["table"]).sum() == 1
    assert campaign.twin_of(case) is None


def test_a_failing_case_shrinks_to_what_matters_and_its_program_runs(tmp_path):
    seed = next(s for s in range(1000) if {"Max", "Tanh"} <= generate.generate(s).kinds())
    case = generate.generate(seed)
    assert len(case.nodes) > 10
    small = shrink(case, lambda c: "Max" in (c.nodes[i].kind for i in c.below(c.loss)), seconds=600)
    assert "Max" in small.kinds() and len(small.nodes) <= 6
    assert small.rows == 1 and not small.outputs and small.validation is None
    program = tmp_path / "fault.py"
    program.write_text(source(small, "Max"))
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.startswith("float64 numpy loss ")
