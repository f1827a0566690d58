"""The scenario of commands that every host replays."""

import json
from pathlib import Path

import pytest

from bprop.playing.commands import COMMANDS
from bprop.playing.machine import Machine
from bprop.playing.subjects.toys import toy

SCENARIO = json.loads(Path(__file__).with_name("scenario.json").read_text(encoding="utf-8"))
NOT_REPLAYED = {"train", "pause"}
"""Commands whose results depend on the host's clock."""
ELSEWHERE = {"recipe", "choose", "state", "answer"}
"""Commands that other tests have."""


def test_the_scenario_has_every_command_that_hangs_on_no_clock():
    assert {command["do"] for command in SCENARIO} | NOT_REPLAYED | ELSEWHERE == set(COMMANDS)


@pytest.mark.parametrize("name", ["xor"])
def test_the_scenario_runs_and_a_second_machine_gives_the_same_answers(name):
    one, other = Machine(toy(name)), Machine(toy(name))
    for command in SCENARIO:
        answer = one.do(command)
        assert "message" not in answer["parts"], (command, answer["parts"].get("message"))
        assert other.do(command) == answer
    assert one.snapshot() == other.snapshot()
    json.dumps(one.snapshot(), allow_nan=False)
