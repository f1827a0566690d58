"""The parts `code` and `share`: the state as Python, and as a text for an address. While training runs they wait."""

from __future__ import annotations

from typing import Any

from bprop.playing.code import program
from bprop.playing.computed import Computed
from bprop.playing.share import share
from bprop.playing.work import State

__all__ = ["address", "code"]


def code(state: State, computed: Computed) -> dict[str, Any]:
    """{"text": Python that makes the same graph, theta, rule and data, "needs": names that it takes from elsewhere}."""
    return program(state.work)


def address(state: State, computed: Computed) -> str | None:
    return share(state)
