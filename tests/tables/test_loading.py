"""`bp.load`: models of tables take tables, all others are as they were."""

import subprocess
import sys

import numpy as np

import bprop as bp
from bprop import model


def test_a_model_of_a_table_is_one_after_loading(rows, tmp_path):
    bp.table(rows).fit(epochs=1, hidden=4, engine="numpy", progress=False).save(tmp_path / "t.bprop")
    assert type(bp.load(tmp_path / "t.bprop")) is bp.TableModel
    assert type(model.load(tmp_path / "t.bprop")) is bp.Model


def test_another_model_is_a_plain_one(tmp_path):
    graph = bp.mlp([2, 3, 2])
    bp.save(tmp_path / "m.bprop", bp.Model(graph, graph.init(0), notes={"classes": ["a", "b"]}))
    assert type(bp.load(tmp_path / "m.bprop")) is bp.Model


def test_damaged_notes_are_told_of_when_a_table_comes_and_the_network_still_predicts(rows, tmp_path):
    fit = bp.table(rows).fit(epochs=1, hidden=4, engine="numpy", progress=False)
    fit.notes["table"] = "damaged"
    bp.save(tmp_path / "t.bprop", fit)
    net = bp.load(tmp_path / "t.bprop")
    assert net.predict(x=np.zeros((1, net.graph.inputs["x"].shape[0]))).shape == (1, 3)


def test_loading_a_plain_model_imports_nothing_of_tables(tmp_path):
    graph = bp.mlp([2, 3, 2])
    bp.save(tmp_path / "m.bprop", bp.Model(graph, graph.init(0)))
    code = (
        f"import sys, bprop; bprop.load({str(tmp_path / 'm.bprop')!r}); "
        "print([m for m in ('bprop.tables.model', 'bprop.training', 'polars', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stderr
