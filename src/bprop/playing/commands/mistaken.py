"""Commands that plant a mistake in the bprop of a box, and take it out."""

from __future__ import annotations

from bprop.playing import read
from bprop.playing.commands.command import At, command
from bprop.playing.mistakes import places
from bprop.playing.network import network_of, planted
from bprop.playing.refused import RefusedError
from bprop.playing.work import State


@command({"name": read.text}, {"box": read.text})
def mistake(at: At, name: str, box: str | None = None) -> State:
    """A box has a mistake in its bprop; without a box, the last one that can have it. Theta and values stay."""
    work = at.state.work
    right = work.network if work.mistake is None else network_of(work.subject, work.recipe)
    there = places(right.graph, name)
    if not there:
        raise RefusedError(
            f"no box of this graph can have the mistake {name!r}", "choose another, or build another graph"
        )
    where = there[-1] if box is None else box
    return at.state.with_work(network=planted(right, name, where), mistake=(name, where))


@command()
def no_mistake(at: At) -> State:
    """Every box is right again."""
    work = at.state.work
    if work.mistake is None:
        return at.state
    return at.state.with_work(network=network_of(work.subject, work.recipe), mistake=None)
