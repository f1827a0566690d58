"""Losses and gradients over all rows are those of graph.fprop and graph.bprop on the same theta."""

import numpy as np
import pytest


@pytest.mark.parametrize("name, count", [("xor", 200), ("hill", 40), ("sine", 40)])
def test_after_random_commands_every_number_is_that_of_fprop_and_bprop(play, name, count):
    machine = play.random(play.machine(name), np.random.default_rng(0), count)
    machine.do({"do": "pause"})
    parts, work = machine.snapshot()["parts"], machine.state.work
    graph, theta, data = work.network.graph, work.theta, work.subject.data
    assert {name: np.array(shown).tobytes() for name, shown in parts["theta"].items()} == {
        name: array.tobytes() for name, array in theta.items()
    }
    values = graph.fprop(theta, dict(data))
    gradients = graph.bprop(values)
    for name in ("loss", "penalty", "objective"):
        assert parts["batch"][name] == float(getattr(values, name))
    assert set(parts["batch"]["gradients"]) == set(theta)
    for name, shown in parts["batch"]["gradients"].items():
        assert np.array(shown).tobytes() == gradients[name].tobytes(), name
    outside = graph.fprop(theta, dict(work.subject.held_out), training=False)
    assert parts["score"]["test"]["loss"] == pytest.approx(float(outside.loss), rel=1e-12)


def test_the_score_has_the_metrics_of_the_loss(play):
    parts = play.machine("xor").snapshot()["parts"]
    assert set(parts["score"]["train"]) == {"loss", "accuracy"} == set(parts["score"]["test"])
    assert set(play.machine("hill").snapshot()["parts"]["score"]["train"]) == {"loss", "rmse", "mae"}


def test_numbers_that_are_not_finite_are_words(play):
    machine = play.machine("hill")
    parts = play.obeyed(machine, {"do": "activation", "at": 2, "name": "relu"})
    for index in range(4):
        command = {"do": "set_weight", "parameter": "W2", "index": [index, 0], "value": 1e200}
        parts = play.obeyed(machine, command, {**command, "parameter": "W3", "index": [index, 0]})
    assert parts["batch"]["loss"] in ("inf", "nan")
    assert parts["score"]["train"]["loss"] in ("inf", "nan")
