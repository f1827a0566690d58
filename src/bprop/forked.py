"""Libraries with threads of their own, in a forked process.

A forked process has only the thread that forked. A library that waits for its other threads waits for ever.
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
    """A library with threads, and whether this process can use it.

    runs : returns True if the library has started its threads in this process, whoever used it.
    """

    name: str

    runs: Callable[[], bool]

    def __init__(self, name: str, runs: Callable[[], bool]):
        self.name, self.runs = name, runs
        self.used: bool = False
        self.lost: bool = False
        """True if the process that forked this one had used the library. Then this process cannot use it."""
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._before_fork, after_in_child=self._after_fork)

    def usable(self) -> bool:
        """True if this process can use the library. The library then counts as used here."""
        self.used = self.used or not self.lost
        return not self.lost

    def why(self) -> str:
        """The reason why this process cannot use the library."""
        return f"this process was forked from one that had used {self.name}, whose threads it does not have"

    def _before_fork(self) -> None:
        self.used = self.used or self.runs()

    def _after_fork(self) -> None:
        self.lost, self.used = self.lost or self.used, False


def _jax_runs() -> bool:
    # JAX has no public function for this. If the private one moves, `used` still records our own use.
    bridge = sys.modules.get("jax._src.xla_bridge")
    initialised = getattr(bridge, "backends_are_initialized", None)
    return bool(initialised is not None and initialised())


def _tasks() -> set[int]:
    """The numbers of all threads of this process; empty if the system does not list them."""
    try:
        return {int(name) for name in os.listdir(TASKS)}
    except OSError:
        return set()


def _polars_runs() -> bool:
    """True if a thread of this process has the name of one of polars' threads, "polars-0", "polars-1", ... (on Linux).

    A thread takes its name when it first runs. The first of them may not have run when the second has done the work.
    """
    if "polars" not in sys.modules:
        return False
    names = []
    for number in _tasks():
        with suppress(OSError), open(f"{TASKS}/{number}/comm") as file:  # the thread may have just ended
            names.append(file.read())
    return any(name.startswith("polars-") and name[len("polars-") :].strip().isdigit() for name in names)


def _only_threads_of_python() -> bool:
    """True if every thread of this process is one of Python's (on Linux), so that no library has its threads."""
    import threading  # imported here, so that `import bprop` does not pay for it

    known = {thread.native_id for thread in threading.enumerate()}
    known |= {threading.get_native_id(), os.getpid()}  # a fork changes these two numbers, and Python keeps the old ones
    tasks = _tasks()
    return bool(tasks) and tasks <= known


JAX = Library("JAX", _jax_runs)
JAX.lost = _jax_runs() and _only_threads_of_python()  # forked before bprop was imported
POLARS = Library("polars", _polars_runs)


def need_jax() -> None:
    """Raise UnsupportedError if this process cannot use XLA; else XLA counts as used here."""
    if not JAX.usable():
        raise UnsupportedError(
            f"engine 'xla': {JAX.why()}, so that XLA would hang: {ADVICE}, or use engine='native' or 'numpy'"
        )
