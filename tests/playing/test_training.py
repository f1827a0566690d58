"""Training on the page gives bit for bit what bp.train gives."""

import numpy as np
import pytest

import bprop as bp
from bprop.playing.machine import Machine
from bprop.playing.subjects.opening import subject_of


def trained(machine, epochs, **more):
    """The fit of bp.train with the page's settings."""
    work = machine.state.work
    settings = {"rule": work.training.rule, "batch_size": work.training.batch_size, "seed": work.network.seed}
    return bp.train(
        work.network.graph, dict(work.subject.data), epochs=epochs, shuffle=False, engine="numpy", progress=False,
        dtype=work.network.dtype, **{**settings, **more},
    )  # fmt: skip


def need_bits(machine, fit):
    for name, array in machine.state.work.theta.items():
        assert array.dtype == fit.params[name].dtype and array.tobytes() == fit.params[name].tobytes(), name


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "rule", [{"name": "SGD"}, {"name": "SGD", "settings": {"momentum": 0.9, "nesterov": True}}, {"name": "Adam"}]
)
def test_the_train_button_gives_the_bits_of_train(play, dtype, rule):
    machine = play.machine("moons")
    recipe = {**machine.snapshot()["parts"]["recipe"], "dtype": dtype, "seed": 3}
    commands = (
        {"do": "recipe", "recipe": recipe},
        {"do": "rule", **rule, "rate": 0.05},
        {"do": "batch_size", "size": 30},
    )
    play.obeyed(machine, *commands, {"do": "penalty", "kind": "l2", "strength": 0.01}, {"do": "train"})
    for steps in (1, 5, 2, 13):
        machine.tick(steps)
    assert machine.state.work.training.epoch == 3 and machine.state.work.training.step == 0
    need_bits(machine, trained(machine, 3))


def test_the_same_updates_in_other_portions_give_the_same_bits_and_curve(play):
    one, other = play.machine(), play.machine()
    play.obeyed(one, {"do": "step", "updates": 57})
    for count in (1, 20, 3, 33):
        play.obeyed(other, {"do": "step", "updates": count})
    assert one.snapshot()["parts"]["theta"] == other.snapshot()["parts"]["theta"]
    assert one.snapshot()["parts"]["training"] == other.snapshot()["parts"]["training"]


def test_a_learning_rate_that_changes_midway_is_a_schedule_of_train(play):
    machine = play.machine()
    commands = (
        {"do": "rule", "name": "Adam", "rate": 0.01},
        {"do": "step", "updates": 13},
        {"do": "rate", "value": 0.003},
    )
    play.obeyed(machine, *commands, {"do": "step", "updates": 27})
    need_bits(machine, trained(machine, 2, rule=bp.Adam(lambda t: 0.01 if t < 13 else 0.003)))


def test_another_rule_midway_is_another_run_from_there(play):
    machine = play.machine()
    play.obeyed(
        machine, {"do": "epoch"}, {"do": "rule", "name": "Adam", "rate": 0.01}, {"do": "epoch"}, {"do": "epoch"}
    )
    first = trained(machine, 1, rule=bp.SGD(0.3))
    need_bits(machine, trained(machine, 2, params=first.params))


def test_another_batch_size_and_penalty_midway_are_another_run_from_there(play):
    machine = play.machine()
    play.obeyed(machine, {"do": "epoch"}, {"do": "batch_size", "size": 40})
    first = trained(machine, 1, batch_size=10)
    play.obeyed(machine, {"do": "penalty", "kind": "l2", "strength": 0.1}, {"do": "epoch"})
    need_bits(machine, trained(machine, 1, params=first.params))


def test_rewind_goes_to_the_same_initialisation_and_the_same_updates(play):
    machine = play.machine("spiral")
    first = machine.snapshot()["parts"]
    trained_once = play.obeyed(machine, {"do": "step", "updates": 30})
    rewound = play.obeyed(machine, {"do": "rewind"})
    for name in ("theta", "batch", "score", "training"):
        assert rewound[name] == first[name], name
    again = play.obeyed(machine, {"do": "step", "updates": 30})
    for name in ("theta", "batch", "score", "training"):
        assert again[name] == trained_once[name], name


def test_an_update_that_diverges_ends_training_after_the_last_good_one(play):
    machine = play.machine("hill")
    play.obeyed(machine, {"do": "activation", "at": 1, "name": "relu"}, {"do": "rate", "value": 1e6}, {"do": "train"})
    answer = machine.tick(500)
    assert "diverged" in answer["parts"]["message"]["text"] and not machine.running
    assert answer["parts"]["training"]["running"] is False
    assert all(np.isfinite(array).all() for array in machine.state.work.theta.values())
    done = machine.state.work.training.total
    assert 0 < done < 500
    again = play.machine("hill")
    play.obeyed(again, {"do": "activation", "at": 1, "name": "relu"}, {"do": "rate", "value": 1e6})
    play.obeyed(again, {"do": "step", "updates": done})
    assert again.snapshot()["parts"]["theta"] == machine.snapshot()["parts"]["theta"]


def test_the_curve_begins_at_the_initialisation_and_ends_at_the_score(play):
    machine = play.machine()
    before = machine.snapshot()["parts"]["score"]
    parts = play.obeyed(machine, {"do": "step", "updates": 40})
    curve = parts["training"]["curve"]
    assert curve["step"][0] == 0 and curve["train"][0] == before["train"]["loss"]
    assert curve["step"][-1] == 40 and curve["test"][-1] == parts["score"]["test"]["loss"]


def test_a_table_with_embeddings_and_a_graph_with_dropout_are_trained_alike():
    rng = np.random.default_rng(2)
    code = rng.integers(40, size=200)
    table = Machine(subject_of({"zip": [f"z{i}" for i in code], "a": rng.normal(size=200), "y": (code % 2).tolist()}))
    graph = Machine(subject_of(bp.mlp([2, 6, 2], dropout=0.3, normalise="batch"), bp.toys.moons(70)))
    for machine in (table, graph):
        steps = machine.snapshot()["parts"]["training"]["steps_per_epoch"]
        for count in (3, 2 * steps - 3):
            assert "message" not in machine.do({"do": "step", "updates": count})["parts"]
        need_bits(machine, trained(machine, 2))
