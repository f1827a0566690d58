"""How far the reading of data has come. Whoever wants to show it listens; nothing is printed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from bprop.remote import download

T = TypeVar("T")
Listener = Callable[[str, str, float | None, int | None], None]
"""Called with (the work, such as "reading"; the name of the data; the share that is done, None if unknown; bytes)."""
_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def heard(listener: Listener | None) -> Iterator[None]:
    """Within this context, `listener` hears how far reading has come."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def report(work: str, name: object, share: float | None = None, count: int | None = None) -> None:
    """Say how far the work on some data has come."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(work, str(name), share, count)


download.LISTENERS.append(report)


def each(work: str, name: object, things: Sequence[T]) -> Iterator[T]:
    """The things, one after the other; the share of them that is done is reported."""
    for number, thing in enumerate(things):
        report(work, name, number / len(things))
        yield thing
