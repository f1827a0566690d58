"""Where training is, and the health of the boxes."""

import numpy as np
import pytest

from bprop.playing.parts.learning import rms


def test_the_health_is_that_of_the_values_and_of_the_gradients_of_the_examples(play):
    machine = play.machine("moons")
    parts, work = play.obeyed(machine, {"do": "step", "updates": 9}), machine.state.work
    values = work.network.graph.fprop(work.theta, dict(work.subject.data))
    gradients = work.network.graph.bprop(values)
    health = {one["box"]: one for one in parts["training"]["health"]}
    assert list(health) == ["a1", "h1", "a2", "h2", "a3", "f"]
    for name in ("a1", "h1", "a2", "h2", "a3"):
        assert health[name]["value_rms"] == pytest.approx(np.sqrt((values[name] ** 2).mean()))
        assert health[name]["gradient_rms"] == pytest.approx(200 * np.sqrt((gradients[name] ** 2).mean()))
    assert health["f"]["gradient_rms"] is None


def test_gradients_without_bounds_have_an_infinite_size_and_no_warning():
    assert rms(np.full(3, 1e308), 200) == "inf" and rms(np.array([3.0, 4.0]), 2) == pytest.approx(50**0.5)


def test_dead_units_are_counted(play):
    machine = play.machine("moons")
    dead = [{"do": "set_weight", "parameter": "b1", "index": [unit], "value": -100.0} for unit in range(3)]
    parts = play.obeyed(machine, {"do": "activation", "at": 1, "name": "relu"}, *dead)
    assert {one["box"]: one["dead"] for one in parts["training"]["health"]}["h1"] == 0.75


def test_where_training_is_says_the_rule_in_words(play):
    parts = play.machine("moons").snapshot()["parts"]
    assert parts["training"]["rule"]["text"].startswith("SGD(learning_rate=0.3")
    assert parts["training"]["steps_per_epoch"] == 20 and parts["training"]["running"] is False
