"""The wishes of a person who watches a training: pause, go on, stop, another learning rate. And where it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Condition
from time import monotonic
from typing import Any

from bprop.errors import SettingError

LOOK = 0.1  # seconds between two looks whether a training that pauses is to end
LARGEST = 1e6
"""The largest learning rate that can be asked for."""


class Steering:
    """Shared by a training and those who watch it, in several threads. A trainer reads it between two stretches.

    stopping : training is to end. rates : the learning rates asked for, in order; each of several networks follows
    them at its own pace. moment : where training is, as plain data; None before its first steps.
    """

    followed: bool
    takes_rate: bool
    rate: float | None
    stopping: bool
    paused: bool
    rates: list[float]
    moment: dict[str, Any] | None

    def __init__(self) -> None:
        self._changed = Condition()
        self.begin(followed=False)

    def begin(self, followed: bool = True, takes_rate: bool = False, rate: float | None = None) -> None:
        """A training begins. followed : it reads the wishes. takes_rate : its rule has a learning rate, now `rate`."""
        with self._changed:
            self.followed, self.takes_rate, self.rate = followed, takes_rate, rate
            self.stopping, self.paused, self.rates, self.moment = False, False, [], None
            self._began: tuple[float, int] | None = None
            self._rested = 0.0

    def end(self) -> None:
        """Training has ended: wishes have no effect any more."""
        with self._changed:
            self.followed = self.paused = False
            self.moment = None
            self._changed.notify_all()

    # --- for those who watch ---

    def wish(self, command: Mapping[str, Any]) -> None:
        """Take {"do": "pause"}, "resume", "stop", or {"do": "rate", "value": 0.01}. Raises SettingError for others."""
        do, more = command.get("do"), set(command) - {"do", "value"}
        if do not in ("pause", "resume", "stop", "rate") or more or ("value" in command) != (do == "rate"):
            raise SettingError('a command is {"do": "pause"}, "resume" or "stop", or {"do": "rate", "value": a number}')
        with self._changed:
            if not self.followed:
                raise SettingError("no training runs here that can be steered")
            if do == "rate":
                self.rates.append(self._legal(command["value"]))
            else:
                self.paused, self.stopping = do == "pause" and not self.stopping, self.stopping or do == "stop"
            self._changed.notify_all()

    def _legal(self, value: Any) -> float:
        if not self.takes_rate:
            raise SettingError("the update rule of this training has no learning rate that can be changed")
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value <= LARGEST:
            raise SettingError(f"a learning rate is a number from 0 to {LARGEST:g}, not {value!r:.60}")
        return float(value)

    def shown(self) -> dict[str, Any]:
        """The state for a page."""
        with self._changed:
            rate = self.rates[-1] if self.rates else self.rate
            return {
                "followed": self.followed, "paused": self.paused, "stopping": self.stopping,
                "takes_rate": self.followed and self.takes_rate, "rate": rate, "moment": self.moment or None,
            }  # fmt: skip

    # --- for the training ---

    def rest(self, ended: Callable[[], bool]) -> None:
        """Return at once, or, while training pauses, when it goes on or is to end."""
        began = monotonic()
        with self._changed:
            while self.paused and not self.stopping and not ended():
                self._changed.wait(LOOK)
            self._rested += monotonic() - began

    def reach(self, updates: int, total: int, **moment: Any) -> None:
        """Training has done `updates` of at most `total` updates. moment : epoch, epochs, step, steps, loss, rate."""
        with self._changed:
            now = monotonic() - self._rested
            if self._began is None:
                self._began = now, updates
            since, before = self._began
            speed = (updates - before) / (now - since) if updates > before and now > since else 0.0
            left = (total - updates) / speed if speed else None
            self.moment = {"updates": updates, "total": total, "left": left, **moment}
            self.rate = moment.get("rate", self.rate)
