"""What a run was asked for."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.cases import Case
from benchmarks.peers import BY_HAND, HEADLINE


@dataclass(frozen=True)
class Settings:
    """cases and peers by name; rounds in which each peer runs once; small: as little as shows that it works."""

    cases: tuple[Case, ...]
    peers: tuple[str, ...]
    rounds: int = 9
    small: bool = False

    @property
    def alone(self) -> tuple[str, ...]:
        """Peers that get fresh processes of their own: in a small run two are enough, and it stays short."""
        return tuple(name for name in self.peers if name in (HEADLINE, BY_HAND)) if self.small else self.peers

    @property
    def pause(self) -> float:
        """Seconds between two timings, in which threads that still spin after the last one fall asleep.

        Those of OpenBLAS spun for more than 0.05 s: a call of 20 ms that came then took 40.
        """
        return 0.0 if self.small else 0.2


def orders(names: list[str], rounds: int) -> list[list[str]]:
    """The peers' order in every round: turned by one each time, so that nobody always follows the same one."""
    turns = [k % max(1, len(names)) for k in range(rounds)]
    return [names[turn:] + names[:turn] for turn in turns]
