"""The pass of one example, move by move."""

import numpy as np
import pytest

import bprop as bp
from bprop.playing.machine import Machine
from bprop.playing.subjects.graphs import of_graph

PASS = {"do": "penalty", "kind": "l2", "strength": 0.1}, {"do": "skip", "from": 0, "to": 3}


def moves(parts):
    return len(parts["pass"]["moves"])


def test_k_moves_forward_and_k_back_give_the_same_snapshot(play):
    machine = play.machine()
    first = play.obeyed(machine, *PASS)
    seen = [first]
    for _ in range(moves(first)):
        seen.append(play.obeyed(machine, {"do": "forward"}))  # noqa: PERF401
    assert seen[-1]["pass"]["done"] and not seen[-2]["pass"]["done"]
    for parts in reversed(seen[:-1]):
        assert play.obeyed(machine, {"do": "back"}) == parts
    for count in (1, 4, moves(first)):
        assert play.obeyed(machine, {"do": "forward", "count": count}) == seen[count]
        assert play.obeyed(machine, {"do": "back", "count": count}) == first
    assert play.obeyed(machine, {"do": "go", "position": 5}) == seen[5]


def test_the_whole_pass_is_that_of_one_example_without_the_penalty(play):
    machine = play.machine()
    parts = play.obeyed(machine, *PASS, {"do": "example", "row": 9}, {"do": "run_pass"})
    work = machine.state.work
    graph = bp.Graph(loss=work.network.graph.loss, outputs=work.network.graph.outputs)
    row = {name: array[9:10] for name, array in work.subject.data.items()}
    values = graph.fprop(work.theta, row)
    gradients = graph.bprop(values)
    for name, shown in parts["pass"]["values"].items():
        array = values[name][0] if graph.boxes[name].dims[:1] == ("N",) else values[name]
        assert np.array(shown).tobytes() == np.asarray(array).tobytes(), name
    for name, shown in parts["pass"]["gradients"].items():
        if shown is not None:
            array = gradients[name][0] if graph.boxes[name].dims[:1] == ("N",) else gradients[name]
            assert np.array(shown).tobytes() == np.asarray(array).tobytes(), name
    assert {name for name, shown in parts["pass"]["gradients"].items() if shown is not None} >= set(work.theta)
    assert parts["pass"]["gradients"]["f"] is None  # softmax is computed in the loss


def test_a_pass_that_has_not_begun_has_only_its_leaves(play):
    shown = play.machine().snapshot()["parts"]["pass"]
    assert {name for name, value in shown["values"].items() if value is not None} == {
        "x", "y", "W1", "b1", "W2", "b2", "W3", "b3"
    }  # fmt: skip
    assert not any(shown["gradients"].values()) and shown["last"] is None


def test_a_move_has_its_formula_its_numbers_and_what_it_sent(play):
    machine = play.machine("sine")
    last = play.obeyed(machine, {"do": "forward"})["pass"]["last"]
    assert (last["phase"], last["box"], last["sent"]) == ("fprop", "a1", None)
    assert last["formula"].startswith("<math") and last["numbers"].startswith("<math")
    assert last["text"].startswith("a1 = x @ W1 + b1")
    parts = play.obeyed(machine, {"do": "run_pass"})
    assert parts["pass"]["last"]["sent"] == {
        "W1": parts["pass"]["gradients"]["W1"],
        "b1": parts["pass"]["gradients"]["b1"],
    }


def test_numbers_typed_by_hand_are_those_of_the_pass_and_not_of_the_data(play):
    machine = play.machine()
    before = play.obeyed(machine, {"do": "run_pass"})
    parts = play.obeyed(machine, {"do": "input", "index": [1], "value": 0.25}, {"do": "target", "value": 1})
    assert parts["pass"]["own"] and parts["pass"]["values"]["x"] == [before["pass"]["values"]["x"][0], 0.25]
    assert parts["pass"]["values"]["y"] == 1
    assert parts["batch"] == before["batch"]
    assert play.obeyed(machine, {"do": "example", "row": 0})["pass"] == before["pass"]


def test_a_graph_whose_penalty_has_a_parameter_of_its_own_can_be_walked():
    x, w, v = bp.Input("x"), bp.Parameter("w", ()), bp.Parameter("v", (2,))
    graph = bp.Graph(loss=bp.square(w * x - 1.0), penalty=0.1 * bp.l2(v))
    machine = Machine(of_graph(graph, {"x": np.array([1.0, 2.0])}, {"w": np.array(2.0), "v": np.ones(2)}))
    machine.do({"do": "run_pass"})
    parts = machine.snapshot()["parts"]
    assert parts["pass"]["gradients"]["w"] == pytest.approx(2.0)
    assert parts["batch"]["gradients"]["v"] == pytest.approx([0.2, 0.2])
