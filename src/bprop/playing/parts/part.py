"""A part of a snapshot: its name, what it follows from, and how it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from bprop.playing.computed import Computed
from bprop.playing.work import State


class Part(NamedTuple):
    """A part. follows_from : gives the things of a state on which it depends; while they are the same, so is the part.

    make : makes its content, plain data (JSON). waits : while training runs, it is not made anew.
    """

    name: str
    follows_from: Callable[[State], tuple[Any, ...]]
    make: Callable[[State, Computed], Any]
    waits: bool = False
