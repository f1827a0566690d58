"""Libraries with threads of their own, in a process that was forked from one in which they had them.

The forked process has only the thread that forked. A library that waits for the others waits for ever.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress

from bprop.errors import UnsupportedError

TASKS = "/proc/self/task"  # Linux: a folder for each thread of this process
ADVICE = "start processes with multiprocessing.get_context('spawn') or 'forkserver'"


class Library:
    """What is known of a library in this process. `runs`: whether it has its threads, whoever used it."""

    def __init__(self, name: str, runs: Callable[[], bool]):
        self.name, self.runs = name, runs
        self.used = False
        self.lost = False
        """Whether it was used where this process was forked from, so that it cannot be used here."""
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._before_fork, after_in_child=self._after_fork)

    def usable(self) -> bool:
        """Whether it can be used in this process. If so, it is remembered that it is."""
        self.used = self.used or not self.lost
        return not self.lost

    def why(self) -> str:
        """Why it cannot be used."""
        return f"this process was forked from one that had used {self.name}, whose threads it does not have"

    def _before_fork(self) -> None:
        self.used = self.used or self.runs()

    def _after_fork(self) -> None:
        self.lost, self.used = self.lost or self.used, False


def _jax_runs() -> bool:
    bridge = sys.modules.get("jax._src.xla_bridge")  # JAX itself does not tell; where this moves, our own use remains
    asked = getattr(bridge, "backends_are_initialized", None)
    return bool(asked is not None and asked())


def _tasks() -> set[int]:
    """The numbers of all threads of this process; none where the system does not tell."""
    try:
        return {int(name) for name in os.listdir(TASKS)}
    except OSError:
        return set()


def _polars_runs() -> bool:
    """Whether a thread is called as those of polars are, where the system tells."""
    if "polars" not in sys.modules:
        return False
    names = []
    for number in _tasks():
        with suppress(OSError), open(f"{TASKS}/{number}/comm") as file:  # the thread may have just ended
            names.append(file.read())
    return "polars-0\n" in names


def _only_threads_of_python() -> bool:
    """Whether no library has a thread of its own here, where the system tells."""
    import threading  # what `import bprop` need not pay for

    known = {thread.native_id for thread in threading.enumerate()}
    known |= {threading.get_native_id(), os.getpid()}  # a fork gives these two new numbers, which Python does not note
    tasks = _tasks()
    return bool(tasks) and tasks <= known


JAX = Library("JAX", _jax_runs)
JAX.lost = _jax_runs() and _only_threads_of_python()  # forked before bprop was imported
POLARS = Library("polars", _polars_runs)


def need_jax() -> None:
    """Raise UnsupportedError in a process that cannot use XLA; else remember that this one does."""
    if not JAX.usable():
        raise UnsupportedError(
            f"engine 'xla': {JAX.why()}, so that XLA would hang: {ADVICE}, or use engine='native' or 'numpy'"
        )
