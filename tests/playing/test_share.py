"""A state as a text for an address, and back."""

import base64
import json

import numpy as np
import pytest

from bprop.playing.machine import Machine
from bprop.playing.subjects.toys import toy

COMMANDS = [
    {"do": "skip", "from": 0, "to": 3},
    {"do": "rule", "name": "Adam", "rate": 0.01},
    {"do": "step", "updates": 23},
    {"do": "set_weight", "parameter": "W2", "index": [1, 1], "value": 0.1},
    {"do": "example", "row": 7},
    {"do": "input", "index": [0], "value": 0.3},
    {"do": "forward", "count": 4},
]


def played():
    machine = Machine(toy("xor"))
    for command in COMMANDS:
        assert "message" not in machine.do(command)["parts"]
    return machine


def opened(text):
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def written(state):
    return base64.urlsafe_b64encode(json.dumps(state).encode()).decode().rstrip("=")


def test_a_shared_state_comes_back_bit_for_bit_and_trains_on_alike():
    one, other = played(), Machine(toy("moons"))
    answer = other.do({"do": "state", "share": one.snapshot()["parts"]["share"]})
    assert "message" not in answer["parts"]
    for _ in range(2):
        mine, its = one.snapshot()["parts"], other.snapshot()["parts"]
        for name in ("subject", "recipe", "graph", "theta", "pass", "batch", "weight", "score", "map", "code", "share"):
            assert its[name] == mine[name], name
        for machine in (one, other):
            machine.do({"do": "step", "updates": 9})
    same = zip(one.state.work.theta.values(), other.state.work.theta.values(), strict=True)
    assert all(a.tobytes() == b.tobytes() for a, b in same)


@pytest.mark.parametrize(
    "change",
    [
        lambda state: {},
        lambda state: [],
        lambda state: {**state, "v": 2},
        lambda state: {**state, "more": 1},
        lambda state: {**state, "subject": "<script>"},
        lambda state: {**state, "mark": 1},
        lambda state: {**state, "recipe": None},
        lambda state: {**state, "recipe": {**state["recipe"], "layers": [{"units": 10**9}] * 3}},
        lambda state: {**state, "recipe": {**state["recipe"], "layers": [{"units": 4}] * 9}},
        lambda state: {**state, "theta": {**state["theta"], "W1": "AAAA"}},
        lambda state: {**state, "theta": {**state["theta"], "W1": "/" * len(state["theta"]["W1"])}},
        lambda state: {**state, "theta": {**state["theta"], "W9": "AAAA"}},
        lambda state: {**state, "rule": {"name": "Foreign", "settings": {}}},
        lambda state: {**state, "rule": {"name": "SGD", "settings": {"learning_rate": "x"}}},
        lambda state: {**state, "state": {"m": {}}},
        lambda state: {**state, "batch": 10**6},
        lambda state: {**state, "at": [0, 99, 0, 0]},
        lambda state: {**state, "row": -1},
        lambda state: {**state, "own": {"x": [[1.0]]}},
        lambda state: {**state, "own": {"y": [[[[[]]]]]}},
        lambda state: {**state, "chosen": ["W1", [9, 9]]},
        lambda state: {**state, "lesson": ["forward", 99]},
        lambda state: {**state, "lesson": ["<b>", 1]},
        lambda state: {**state, "mistake": ["forgotten", "h1", "h2"]},
        lambda state: {**state, "mistake": ["tanh_without_its_square", "x"]},
    ],
)
def test_a_text_that_share_did_not_write_is_refused_and_changes_nothing(change):
    machine = played()
    before = machine.snapshot()
    text = before["parts"]["share"]
    answer = machine.do({"do": "state", "share": written(change(opened(text)))})
    assert list(answer["parts"]) == ["message"] and answer["parts"]["message"]["kind"] == "error"
    assert machine.snapshot() == before


def test_an_address_of_a_later_version_says_so_whatever_it_holds():
    message = Machine(toy("xor")).do({"do": "state", "share": written({"v": 2, "networks": []})})["parts"]["message"]
    assert "a later bprop made this address: it has version 2" in message["text"]
    assert "pip install --upgrade bprop" in str(message)


@pytest.mark.parametrize(
    "text", [None, "", "!!!", "e30", "[" * 50_000, base64.urlsafe_b64encode(b"[" * 100_000).decode()]
)
def test_other_texts_are_refused(text):
    machine = Machine(toy("xor"))
    assert machine.do({"do": "state", "share": text})["parts"]["message"]["kind"] == "error"


def test_a_shared_state_that_holds_no_theta_begins_with_the_initialisation():
    machine = Machine(toy("xor"))
    assert opened(machine.snapshot()["parts"]["share"])["theta"] is None
    other = Machine(toy("xor"))
    other.do({"do": "step"})
    other.do({"do": "state", "share": machine.snapshot()["parts"]["share"]})
    assert all(np.array_equal(other.state.work.theta[n], a) for n, a in machine.state.work.theta.items())


def test_a_lesson_and_a_mistake_are_shared_too(play):
    one, other = play.machine(), play.machine("moons")
    name = one.snapshot()["parts"]["choices"]["lessons"][1]["name"]
    play.obeyed(one, {"do": "lesson", "name": name}, {"do": "next"})
    mistake = one.snapshot()["parts"]["choices"]["mistakes"][0]
    parts = play.obeyed(one, {"do": "mistake", "name": mistake["name"], "box": mistake["boxes"][0]})
    again = play.obeyed(other, {"do": "state", "share": parts["share"]})
    for part in ("lesson", "mistake", "graph", "theta", "batch", "pass", "share"):
        assert again[part] == parts[part], part
    assert again["lesson"]["step"] == 2 and again["mistake"]["box"] == mistake["boxes"][0]
