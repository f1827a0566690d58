"""What a run was asked for."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.cases import Case


@dataclass(frozen=True)
class Settings:
    """cases and peers by name; rounds in which each peer runs once; small: as little as shows that it works."""

    cases: tuple[Case, ...]
    peers: tuple[str, ...]
    rounds: int = 9
    small: bool = False

    @property
    def pause(self) -> float:
        """Seconds between two timings, in which threads that still spin after the last one fall asleep."""
        return 0.0 if self.small else 0.05
