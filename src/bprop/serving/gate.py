"""How many requests are computed at once, how many wait, how long, and how often one client may ask."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from math import ceil
from threading import Lock
from typing import TypeVar

from bprop.serving.limits import Limits
from bprop.serving.refused import RefusedError
from bprop.web.allowance import Allowance

CLIENTS = 10_000
"""Clients whose rate is known: of more, those that have not asked for longest start anew."""
Result = TypeVar("Result")


class Gate:
    """Lets so many requests be computed at once, each in a thread; others wait, and more than that are refused."""

    def __init__(self, limits: Limits):
        self._limits = limits
        self._threads = ThreadPoolExecutor(limits.concurrency, thread_name_prefix="bprop-serve")
        self._lock, self._inside = Lock(), 0

    @property
    def inside(self) -> int:
        """Requests that are computed, or wait for that."""
        return self._inside

    async def through(self, work: Callable[[], Result], seconds: float) -> Result:
        """The result of `work`. Raises RefusedError: 503 where too many wait, or it has waited longer than `seconds`;
        504 where it takes longer. Its thread then ends the work, and nobody hears of it."""
        limits = self._limits
        with self._lock:
            if self._inside >= limits.concurrency + limits.waiting:
                raise RefusedError(503, "too many requests wait here: try again in a second", {"Retry-After": "1"})
            self._inside += 1
        future = self._threads.submit(work)
        future.add_done_callback(self._left)
        done, _ = await asyncio.wait([waiting := asyncio.wrap_future(future)], timeout=max(0.0, seconds))
        if done:
            return waiting.result()
        if future.cancel():
            raise RefusedError(503, "the request waited too long for others: try again", {"Retry-After": "1"})
        waiting.add_done_callback(lambda one: one.cancelled() or one.exception())  # nobody else looks at it
        raise RefusedError(504, f"the answer takes longer than {limits.seconds:g} seconds: send fewer rows at once")

    def _left(self, future: Future[Result]) -> None:
        with self._lock:
            self._inside -= 1

    def close(self) -> None:
        """Start no more work."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Rates:
    """The allowance of each client. rate : requests a second, and twice as many at once; None: any number."""

    def __init__(self, rate: float | None):
        self._rate, self._clients = rate, OrderedDict[str, Allowance]()

    def check(self, client: str) -> None:
        """Take a request of a client. Raises RefusedError (429), which says when to ask again."""
        if self._rate is None:
            return
        allowance = self._clients.pop(client, None) or Allowance(self._rate, max(1.0, 2 * self._rate))
        self._clients[client] = allowance
        while len(self._clients) > CLIENTS:
            self._clients.popitem(last=False)
        seconds = allowance.refuses()
        if seconds:
            again = {"Retry-After": str(ceil(seconds))}
            raise RefusedError(
                429, f"more than {self._rate:g} requests a second: ask again in {seconds:.2g} seconds", again
            )
