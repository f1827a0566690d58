"""Graphs with data, and anything trained, as subjects."""

import numpy as np
import pytest

import bprop as bp
from bprop.playing.machine import Machine
from bprop.playing.refused import RefusedError
from bprop.playing.subjects.graphs import task_of
from bprop.playing.subjects.opening import subject_of

DATA = bp.toys.moons(40)


@pytest.fixture
def fit():
    return bp.train(bp.mlp([2, 3, 2]), DATA, epochs=2, engine="numpy", progress=False)


def parts_of(subject, *commands):
    machine = Machine(subject)
    for command in commands:
        assert "message" not in machine.do(command)["parts"]
    return machine.snapshot()["parts"]


def test_a_graph_of_ones_own_is_played_with_as_it_is(play):
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.square(w * x - 1.0, name="<script>alert(1)</script>"))
    parts = parts_of(subject_of(graph, {"x": [1.0, 2.0]}), {"do": "run_pass"}, {"do": "step", "updates": 2})
    assert parts["recipe"] is None and parts["subject"]["editable"] is False
    assert parts["graph"]["loss"] == "<script>alert(1)</script>"
    assert "<script>" not in parts["graph"]["svg"]
    assert "<script>" not in parts["pass"]["last"]["formula"] + parts["pass"]["last"]["numbers"]
    machine = Machine(subject_of(graph, {"x": [1.0, 2.0]}))
    assert machine.do({"do": "units", "at": 1, "count": 3})["parts"]["message"]["cure"]


def test_a_fit_has_its_theta_and_its_precision(fit):
    machine = Machine(subject_of(fit, DATA))
    work = machine.state.work
    assert work.network.dtype == np.float32
    assert all(np.array_equal(work.theta[name], array) for name, array in fit.params.items())
    score = machine.snapshot()["parts"]["score"]["train"]
    assert score["accuracy"] == pytest.approx(fit.evaluate(DATA)["accuracy"])


def test_a_file_of_a_model_takes_rows_or_makes_some_up(fit, tmp_path):
    fit.save(tmp_path / "moons.bprop")
    path = str(tmp_path / "moons.bprop")
    made_up = subject_of(path)
    assert made_up.rows == 200 and "made up" in made_up.note and made_up.name == "moons.bprop"
    assert parts_of(made_up)["score"]["train"]["accuracy"] == 1.0
    mean = fit.trained_on["x"]["mean"]
    assert made_up.data["x"].mean() == pytest.approx(mean, abs=0.2)
    assert parts_of(subject_of(path, DATA))["subject"]["rows"] == 40


def test_an_estimator_is_played_with_too():
    pytest.importorskip("sklearn")
    model = bp.MLPClassifier((3,), max_iter=200, engine="numpy", tol=1.0).fit(DATA["x"], DATA["y"])
    parts = parts_of(subject_of(model, (DATA["x"], DATA["y"])))
    assert parts["subject"]["kind"] == "model" and parts["map"]["of"] == "P(1)"
    assert parts["subject"]["points"]["y"] == DATA["y"].tolist()


@pytest.mark.parametrize(
    "graph, task",
    [
        (bp.mlp([2, 3]), "classification"),
        (bp.mlp([2, 1], task="binary"), "binary"),
        (bp.mlp([2, 3], task="multilabel"), "multilabel"),
        (bp.mlp([2, 1], task="regression"), "regression"),
        (bp.Graph(loss=bp.square(bp.Parameter("w", ()) * bp.Input("x"))), "regression"),
        (bp.Graph(outputs={"f": bp.relu(bp.Input("x", (2,)))}), ""),
    ],
)
def test_the_task_of_a_graph_is_that_of_its_loss(graph, task):
    assert task_of(graph) == task


def test_a_graph_without_a_loss_has_a_pass_but_no_training():
    graph = bp.Graph(outputs={"f": bp.relu(bp.Parameter("w", ()) * bp.Input("x", (2,)))})
    machine = Machine(subject_of(graph, {"x": np.ones((3, 2))}))
    parts = machine.snapshot()["parts"]
    assert parts["batch"] is None and parts["training"] is None and parts["score"] is None
    assert "message" not in machine.do({"do": "run_pass"})["parts"]
    for command in ({"do": "step"}, {"do": "train"}, {"do": "check_boxes"}, {"do": "epoch"}):
        assert "no loss" in machine.do(command)["parts"]["message"]["text"]


def test_a_graph_needs_data_and_rows():
    with pytest.raises(RefusedError, match="needs data"):
        subject_of(bp.mlp([2, 2]))
    with pytest.raises(RefusedError, match="its own data"):
        subject_of("xor", DATA)
    with pytest.raises(bp.errors.BpropError, match="no example"):
        subject_of(bp.mlp([2, 2]), {"x": np.zeros((0, 2)), "y": np.zeros(0, int)})
