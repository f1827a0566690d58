"""How much a server takes at once."""

from __future__ import annotations

from dataclasses import dataclass, fields

from bprop.errors import SettingError

WAITING = 8
"""So many requests for each that is computed may wait; with more, further ones are refused."""


@dataclass(frozen=True)
class Limits:
    """The limits of a server.

    body : bytes of a request, as sent and unpacked. rows : of a request. concurrency : requests that are computed at
    once. seconds : for a request, from its head to its answer. rate : requests a second of one client, and twice as
    many at once; None: any number. grace : seconds in which the requests that were begun are answered when it stops.

    Raises SettingError for a number that is not above 0.
    """

    body: int = 16 * 2**20
    rows: int = 10_000
    concurrency: int = 2
    seconds: float = 30.0
    rate: float | None = None
    grace: float = 30.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and not 0 < value < float("inf"):
                raise SettingError(f"{field.name} {value}: give a number above 0")

    @property
    def waiting(self) -> int:
        """Requests that may wait to be computed."""
        return WAITING * self.concurrency
