"""The commands of the page, by name."""

import pytest

from bprop.playing.commands.command import COMMANDS, named
from bprop.playing.machine import OWN
from bprop.playing.refused import RefusedError


def test_every_command_has_a_docstring_that_says_what_it_does():
    assert set(OWN) <= set(COMMANDS)
    for name, command in COMMANDS.items():
        assert name in OWN or (command.does.__doc__ or "").strip().endswith((".", ".\n")), name


@pytest.mark.parametrize("message", [None, 1, "step", [], {}, {"name": "step"}, {"do": 1}, {"do": "__class__"}])
def test_what_is_no_command_is_refused(message):
    with pytest.raises(RefusedError):
        named(message)


def test_a_wrong_key_is_named_with_those_that_there_are():
    with pytest.raises(RefusedError, match="the command 'step' has no key 'count'") as caught:
        named({"do": "step", "count": 3})
    assert caught.value.cure == "its keys: updates"
