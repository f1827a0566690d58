"""The commands that wait for the machine. Where a weight is dragged, only its newest value is worth computing."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from threading import Condition
from typing import Any, NamedTuple

from bprop.playing.serving.envelope import Letter

SETTING: dict[str, tuple[str, ...]] = {
    "set_weight": ("parameter", "index"), "input": ("index",), "target": (), "rate": (), "penalty": ("kind",),
    "go": (), "example": (),
}  # fmt: skip
"""{command: the keys that say of what}: one that sets the same again makes the one before superfluous."""
Listener = Callable[[dict[str, Any]], Any]


class Order(NamedTuple):
    """A letter of a listener; None: it joins. superseded : numbers of its letters that this one has replaced."""

    listener: Listener
    letter: Letter | None
    superseded: tuple[int | None, ...] = ()


class Waiting:
    """A queue of commands, for several threads.

    A command that sets what the last one in the queue sets, of the same listener, takes its place. Commands never
    overtake others.
    """

    def __init__(self) -> None:
        self._queue: deque[Order] = deque()
        self._changed = Condition()
        self._closed = False
        self._counts: Counter[Listener] = Counter()

    def add(self, order: Order) -> None:
        """Put a command at the end of the queue."""
        with self._changed:
            last = self._queue[-1] if self._queue else None
            if last is not None and _supersedes(order, last):
                self._queue[-1] = order._replace(superseded=(*last.superseded, last.letter.number))  # type: ignore
            else:
                self._queue.append(order)
                self._counts[order.listener] += 1
            self._changed.notify_all()

    def take(self) -> Order | None:
        """The first command of the queue; None if it is empty."""
        with self._changed:
            if not self._queue:
                return None
            order = self._queue.popleft()
            self._counts[order.listener] -= 1
            return order

    def count(self, listener: Listener) -> int:
        """How many commands of a listener wait."""
        with self._changed:
            return self._counts[listener]

    def forget(self, listener: Listener) -> None:
        """Drop the commands of a listener that has gone."""
        with self._changed:
            self._queue = deque(order for order in self._queue if order.listener != listener)
            del self._counts[listener]

    def pause(self, seconds: float | None) -> None:
        """Return when there is a command, when the queue is closed, or after so many seconds (None: never)."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed, seconds)

    def close(self) -> None:
        """End every `pause`, now and from now on."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def closed(self) -> bool:
        return self._closed


def _supersedes(order: Order, last: Order) -> bool:
    if order.letter is None or last.letter is None or order.listener != last.listener:
        return False
    new, old = order.letter.command, last.letter.command
    keys = SETTING.get(new["do"])
    if keys is None or set(new) != set(old) or old["do"] != new["do"]:
        return False
    return all(new.get(key) == old.get(key) for key in keys)
