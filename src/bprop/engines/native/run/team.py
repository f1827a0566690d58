"""The team of this process: threads that wait awake, for a moment, for the next call of a step (emit/team.py).

A thread sleeps in Python, where it costs nothing. `wake` sends it into machine code, from which it comes back when no
call has come for a while.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

import llvmlite
import numpy as np

from bprop.engines.native.emit.perform import performing_module
from bprop.engines.native.emit.symbols import address_of
from bprop.engines.native.emit.team import AWAY, CLOSED, GATE, state_word, team_words
from bprop.engines.native.run.helpers import Helper, elsewhere
from bprop.engines.native.run.object_code import loaded, machine, machine_code
from bprop.engines.native.run.routines import sources
from bprop.engines.native.run.threads import MOST_THREADS
from bprop.engines.store import Store, default_folder

PATIENCE = 200_000
"""Nanoseconds that a helper waits awake for the next call. Then it sleeps."""
TURNS = 4000
"""Turns that a caller waits for a helper that is being woken: about 0.1 ms. To wake one takes a tenth of that."""
GOODBYE = 1.0
"""Seconds at most that the end of the process waits for helpers to leave machine code."""


@dataclass(frozen=True)
class Performing:
    """The machine code: perform(block), attend(team, helper, patience), and the addresses of its other functions."""

    perform: Callable[[int], int]
    attend: Callable[[int, int, int], None]
    address_of: Callable[[str], int]


@cache
def performing() -> Performing | None:
    """The machine code of calls, loaded once. None where the system has no clock that it can read."""
    if not hasattr(time, "CLOCK_MONOTONIC") or not address_of("clock_gettime"):
        return None
    store = Store(default_folder())
    content = "perform", machine(), llvmlite.__version__, sources(), MOST_THREADS, time.CLOCK_MONOTONIC
    name = sha256(repr(content).encode()).hexdigest()
    entry = store.get(name)
    if entry is None:
        lanes = machine().lanes(np.dtype(np.float32))
        entry = machine_code(performing_module(lanes, MOST_THREADS - 1, time.CLOCK_MONOTONIC))
        store.put(name, entry)
    code = loaded(entry, "perform", [ctypes.c_void_p], ctypes.c_int64)
    attend = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
    place = code.engine.get_function_address
    return Performing(code.function, attend(place("attend")), place)


class Team:
    """The memory in which callers and helpers meet, and the helpers."""

    def __init__(self) -> None:
        raw = np.zeros(team_words(MOST_THREADS - 1) + 8, np.int64)
        start = -raw.ctypes.data // raw.itemsize % 8
        self.words: np.ndarray = raw[start:]
        self.address: int = self.words.ctypes.data
        self.gate: int = self.address + GATE * self.words.itemsize
        self.helpers: list[Helper] = []

    def wake(self, threads: int) -> None:
        """Call those who sleep of the helpers that so many threads need. It does not wait for them."""
        for helper in range(1, threads):
            if self.words[state_word(helper)] == AWAY:
                self.wake_one(helper)

    def wake_one(self, helper: int) -> None:
        code = performing()
        with suppress(RuntimeError, MemoryError):  # what Python raises where no thread can be started
            while len(self.helpers) < helper:
                self.helpers.append(Helper(f"bprop-step-{len(self.helpers) + 1}"))
            if not self.helpers[helper - 1].alive:
                self.helpers[helper - 1] = Helper(self.helpers[helper - 1].name)
            one = self.helpers[helper - 1]
            if code is not None and one.calls.empty():
                one.begin(elsewhere(), code.attend, self.address, helper, PATIENCE)

    def keep_apart(self) -> None:
        """Move the helpers away, if the caller has come to run on the core of one of them."""
        cores = elsewhere()
        for helper in self.helpers:
            if helper.cores - cores:
                helper.move(cores)

    def close(self) -> None:
        """Send the helpers home for ever, and wait until they have left machine code, which the process frees."""
        self.words[CLOSED] = 1
        end = time.monotonic() + GOODBYE
        while self.awake and time.monotonic() < end:
            time.sleep(0.0001)

    @property
    def awake(self) -> bool:
        """Whether a helper is in machine code."""
        return any(self.words[state_word(helper)] != AWAY for helper in range(1, MOST_THREADS))

    def forget(self) -> None:
        """All as at the beginning: a forked process has the memory, but not the threads."""
        self.words[:] = 0
        self.helpers.clear()


TEAM = Team()
atexit.register(TEAM.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=TEAM.forget)
