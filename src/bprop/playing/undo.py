"""The past, to which undo and redo go: works, which nothing changes."""

from __future__ import annotations

from dataclasses import dataclass

from bprop.playing.work import Work

MOST = 200
LARGEST = 64 * 2**20
"""Bytes of theta that all works together may hold."""


@dataclass(frozen=True, eq=False)
class Past:
    """The works before the one of now, the last one last, and those that undo has taken back."""

    undo: tuple[Work, ...] = ()
    redo: tuple[Work, ...] = ()

    def with_work(self, before: Work) -> Past:
        """A command has led away from `before`."""
        undo = (*self.undo, before)[-MOST:]
        while len(undo) > 1 and sum(map(_size, undo)) > LARGEST:
            undo = undo[1:]
        return Past(undo)

    def undone(self, now: Work) -> tuple[Work, Past]:
        return self.undo[-1], Past(self.undo[:-1], (*self.redo, now))

    def redone(self, now: Work) -> tuple[Work, Past]:
        return self.redo[-1], Past((*self.undo, now), self.redo[:-1])


def _size(work: Work) -> int:
    state = work.training.rule_state or {}
    arrays = [*work.theta.values(), *(a for of in state.values() if isinstance(of, dict) for a in of.values())]
    return sum(array.nbytes for array in arrays)
