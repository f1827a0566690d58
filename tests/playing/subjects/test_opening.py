"""Subjects by name."""

import pytest

from bprop.playing.machine import Machine
from bprop.playing.refused import RefusedError
from bprop.playing.subjects.opening import by_name, names, subject_of
from bprop.playing.subjects.toys import toy


def test_what_a_host_brought_can_be_opened_again(play):
    mine = subject_of({"a": [1.0, 2.0] * 10, "y": [0.5, 0.7] * 10}, name="mine")
    machine = Machine(mine, [toy("moons")])
    assert "mine" in machine.snapshot()["parts"]["choices"]["subjects"]
    assert play.obeyed(machine, {"do": "open", "subject": "xor"})["subject"]["name"] == "xor"
    assert play.obeyed(machine, {"do": "open", "subject": "mine"})["subject"]["columns"] == ["a"]


def test_names_that_nobody_brought_are_refused():
    with pytest.raises(RefusedError, match="subject"):
        by_name("../../etc/passwd", {})
    assert set(names([])) >= {"xor", "moons", "spiral", "circles", "sine", "hill"}


def test_digits_are_offered_only_where_scikit_learn_is(monkeypatch):
    monkeypatch.setattr("bprop.playing.subjects.opening.find_spec", lambda name: None)
    assert "digits" not in names([])
    machine = Machine(toy("xor"))
    assert machine.do({"do": "open", "subject": "digits"})["parts"]["message"]["kind"] == "error"
