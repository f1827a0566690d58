"""The command that restores a shared state."""

from __future__ import annotations

from typing import Any

from bprop.playing import read
from bprop.playing.commands.command import At, command
from bprop.playing.share import restored
from bprop.playing.work import State


@command({"share": read.anything})
def state(at: At, share: Any) -> State:
    """The state of a text that the part `share` gave."""
    return restored(share, at.subjects)
