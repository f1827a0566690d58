"""Threads that help: each waits for calls, and does them one after the other, on another core than the caller's."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from queue import SimpleQueue
from threading import Thread
from typing import Any

from bprop.engines.native.emit.symbols import address_of


class Helper:
    """One thread, from its making to the end of the process."""

    def __init__(self, name: str):
        self.name = name
        self.calls: SimpleQueue[Any] = SimpleQueue()
        self.cores: frozenset[int] = frozenset()
        self.thread: Thread = Thread(target=self._work, name=name, daemon=True)
        self.thread.start()

    @property
    def alive(self) -> bool:
        """Whether it can still be called."""
        return self.thread.is_alive()

    def _work(self) -> None:
        while True:
            with suppress(BaseException):  # it is for other threads: the caller does alone whatever nobody helps with
                self._do(*self.calls.get())

    def _do(self, function: Callable[..., None], *args: int) -> None:
        function(*args)  # in a frame of its own, so that no object of the call is held until the next one

    def begin(self, cores: frozenset[int], function: Callable[..., None], *args: int) -> None:
        """Start function(*args) on one of `cores` (if empty: on any), after the calls begun before. Do not wait for it.

        It is moved there before it wakes: systems like to wake a thread on the core of the one that wakes it, where
        it would wait for milliseconds while the caller spins.
        """
        if cores and cores != self.cores:
            self.move(cores)
        self.calls.put((function, *args))

    def move(self, cores: frozenset[int]) -> None:
        """Let it run on these cores."""
        if self.thread.native_id is None:
            return
        try:
            os.sched_setaffinity(self.thread.native_id, cores)
        except OSError as error:
            if error.errno is None:  # raised by a handler of signals, as a time limit
                raise
            # else: a core that has been taken away meanwhile
        self.cores = cores


def elsewhere() -> frozenset[int]:
    """The cores that this process may use, without the caller's own; none if that is not known."""
    ask = _core_asker()
    return frozenset() if ask is None else frozenset(os.sched_getaffinity(0) - {ask()})


@cache
def _core_asker() -> Callable[[], int] | None:
    """The C library's function that returns the core it runs on, if there is one.

    Looked up once: a process that is forked while another thread is in LLVM finds LLVM locked for ever.
    """
    address = address_of("sched_getcpu") if hasattr(os, "sched_setaffinity") else None
    return ctypes.CFUNCTYPE(ctypes.c_int)(address) if address else None
