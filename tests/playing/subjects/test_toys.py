"""The toys as subjects."""

import numpy as np
import pytest

import bprop as bp
from bprop.playing.subjects.toys import EVERY, toy


@pytest.mark.parametrize("name", EVERY)
def test_a_toy_has_rows_to_train_on_and_others_held_out(name):
    subject = toy(name)
    assert (subject.rows, subject.held, subject.kind) == (200, 100, "toy")
    assert not np.array_equal(subject.data["x"][:100], subject.held_out["x"])
    assert subject.answers == ("classes" if name in bp.toys.CLASSES else "numbers")


@pytest.mark.parametrize("name", EVERY)
def test_a_toy_is_learned_with_the_first_settings(play, name):
    machine = play.machine(name)
    before = machine.snapshot()["parts"]["score"]["train"]["loss"]
    score = play.obeyed(machine, {"do": "step", "updates": 1000})["score"]
    assert score["train"]["loss"] < before / 2.5
