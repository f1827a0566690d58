"""The machine behind `bprop play`: commands in, parts out."""

import json

import numpy as np
import pytest

import bprop as bp
from bprop.playing.machine import Machine
from bprop.playing.subjects.graphs import of_graph
from bprop.playing.subjects.toys import EVERY, toy


def machine(name="xor"):
    return Machine(toy(name))


def parts_after(of, *commands):
    for one in commands:
        answer = of.do(one)
        assert "message" not in answer["parts"], answer["parts"]["message"]
    return of.snapshot()["parts"]


@pytest.mark.parametrize("name", EVERY)
def test_a_snapshot_of_every_toy_is_json_with_all_parts(name):
    parts = machine(name).snapshot()["parts"]
    assert json.loads(json.dumps(parts, allow_nan=False)) == parts
    assert {"subject", "recipe", "graph", "theta", "pass", "batch", "score", "training", "undo"} <= parts.keys()


def test_a_command_sends_only_the_parts_that_changed():
    of = machine()
    of.snapshot()
    assert set(of.do({"do": "forward"})["parts"]) == {"pass", "share"}
    changed = set(of.do({"do": "set_weight", "parameter": "W1", "index": [0, 0], "value": 0.5})["parts"])
    assert {"theta", "batch", "weight", "map", "undo"} <= changed
    assert not {"subject", "recipe", "graph", "choices"} & changed


@pytest.mark.parametrize(
    "message",
    [
        None,
        {},
        {"do": "fly"},
        {"do": "forward", "speed": 1},
        {"do": "forward", "count": "3"},
        {"do": "set_weight", "parameter": "W9", "index": [0, 0], "value": 1.0},
        {"do": "set_weight", "parameter": "W1", "index": [0], "value": 1.0},
        {"do": "set_weight", "parameter": "W1", "index": [0, 99], "value": 1.0},
        {"do": "set_weight", "parameter": "W1", "index": [0, 0], "value": float("nan")},
        {"do": "units", "at": 1, "count": 65},
        {"do": "activation", "at": 1, "name": "tahn"},
        {"do": "loss", "name": "squared_error"},
        {"do": "skip", "from": 0, "to": 1},
        {"do": "example", "row": 200},
        {"do": "target", "value": 2},
        {"do": "rule", "name": "SGD", "settings": {"momentum": 2.0}},
        {"do": "batch_size", "size": 201},
        {"do": "undo"},
    ],
)
def test_a_command_that_is_refused_says_why_and_changes_nothing(message):
    of = machine()
    before = of.snapshot()
    answer = of.do(message)
    assert answer["version"] == before["version"]
    assert list(answer["parts"]) == ["message"] and answer["parts"]["message"]["kind"] == "error"
    assert of.snapshot() == before


def test_training_gives_bit_for_bit_what_train_gives():
    of, subject = machine(), toy("xor")
    parts_after(of, {"do": "step", "updates": 3}, {"do": "train"})
    of.tick(10)
    of.tick(27)
    parts_after(of, {"do": "pause"})
    fit = bp.train(
        of.state.work.network.graph, subject.data, rule=bp.SGD(0.3), batch_size=10, epochs=2, seed=0, shuffle=False,
        dtype="float64", engine="numpy", progress=False,
    )  # fmt: skip
    assert all(np.array_equal(fit.params[name], array) for name, array in of.state.work.theta.items())
    assert of.state.work.training.epoch == 2 and of.state.work.training.step == 0


def test_undo_and_redo_go_back_and_on_to_the_same_parts():
    of = machine()
    seen = [of.snapshot()["parts"]]
    commands = [
        {"do": "set_weight", "parameter": "W1", "index": [0, 0], "value": 0.5},
        {"do": "step", "updates": 5},
        {"do": "layer", "at": 2, "units": 3, "activation": "relu"},
        {"do": "rate", "value": 0.7},
    ]
    seen += [parts_after(of, one) for one in commands]
    for parts in reversed(seen[:-1]):
        assert _work(parts_after(of, {"do": "undo"})) == _work(parts)
    for parts in seen[1:]:
        assert _work(parts_after(of, {"do": "redo"})) == _work(parts)


def _work(parts):
    """The parts that undo restores."""
    return {name: parts[name] for name in ("subject", "recipe", "graph", "theta", "batch", "score", "training")}


def test_whatever_is_refused_changes_nothing_over_a_random_walk(play):
    rng, of = np.random.default_rng(11), play.machine("moons")
    refused = 0
    for _ in range(60):
        before = of.snapshot()
        answer = of.do(play.one(of, rng))
        if answer["parts"].get("message", {}).get("kind") == "error":
            refused += 1
            assert list(answer["parts"]) == ["message"] and of.snapshot() == before
    assert refused >= 5


def test_the_answers_together_give_the_snapshot(play):
    rng, of = np.random.default_rng(2), play.machine()
    parts = dict(of.snapshot()["parts"])
    for _ in range(40):
        parts |= {name: part for name, part in of.do(play.one(of, rng))["parts"].items() if name != "message"}
        parts |= {name: part for name, part in of.tick(2)["parts"].items() if name != "message"}
    of.do({"do": "pause"})
    assert parts.keys() == of.snapshot()["parts"].keys()
    parts |= {name: of.snapshot()["parts"][name] for name in ("code", "share", "training")}
    assert parts == of.snapshot()["parts"]


def test_an_error_in_a_box_of_ones_own_is_told_and_changes_nothing():
    class Moody(bp.Box):
        keeps_rows = True

        def fprop(self, a):
            if a.dtype == np.float64 and (a > 5).any():
                raise ValueError("too much")
            return a * 1.0

        def bprop(self, grad, value, a):
            return grad

    w, x = bp.Parameter("w", (), init=1.0), bp.Input("x")
    of = Machine(of_graph(bp.Graph(loss=bp.square(Moody(w * x, name="moody"))), {"x": np.array([1.0, 2.0])}))
    before = of.snapshot()
    answer = of.do({"do": "set_weight", "parameter": "w", "index": [], "value": 9.0})
    assert answer["parts"]["message"]["text"].startswith("ValueError: too much")
    assert "'moody'" in answer["parts"]["message"]["text"]
    assert of.snapshot() == before
    assert "message" not in of.do({"do": "set_weight", "parameter": "w", "index": [], "value": 2.0})["parts"]
