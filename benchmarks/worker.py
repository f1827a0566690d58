"""A peer in a process of its own, which is asked to train or to predict and says how long that took.

Thread pools of several libraries in one process disturb each other (those that have just worked still spin), so
peers do not share one. The processes live through all cases and wait, asleep, while another one is timed.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from multiprocessing import get_context
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.cases import Case, problem
from benchmarks.peers import UnavailableError, find


class PeerError(Exception):
    """The peer's process ended, or raised something that is no reason to leave the peer out."""


class Session:
    """What the process of a peer does: the methods are what it can be asked."""

    def __init__(self, name: str):
        self.peer = find(name)

    def prepare(self, case: Case, epochs: int) -> dict[str, np.ndarray]:
        """theta after so many epochs of the case; this compiles, too."""
        self.run = self.peer.prepare(problem(case))
        return self.run(epochs)

    def train(self, epochs: int) -> float:
        """Seconds of training on the case that was prepared."""
        start = perf_counter()
        self.run(epochs)
        return perf_counter() - start

    def prepare_predict(self, case: Case, rows: int) -> np.ndarray:
        """Probabilities of `rows` rows, and of a single one before, so that both shapes are compiled."""
        self.predict = self.peer.predictor(problem(case))
        self.rows = np.random.default_rng(1).standard_normal((rows, case.sizes[0]), dtype=np.float32)
        self.one = self.rows[:1].copy()
        self.predict(self.one)
        return np.asarray(self.predict(self.rows))

    def predict_all(self) -> float:
        """Seconds of one call for all rows."""
        start = perf_counter()
        self.predict(self.rows)
        return perf_counter() - start

    def predict_one(self, calls: int) -> float:
        """Seconds of one call for one row, of so many calls in turn."""
        start = perf_counter()
        for _ in range(calls):
            self.predict(self.one)
        return (perf_counter() - start) / calls


def serve(make: Callable[[str], Any], name: str, pipe: Any) -> None:
    """Answers (method, arguments) with ("done", value), ("unavailable", reason) or ("failed", what)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, and with it the pipe
    session = make(name)
    while True:
        try:
            method, arguments = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(("done", getattr(session, method)(*arguments)))
        except (UnavailableError, ImportError) as error:
            pipe.send(("unavailable", str(error)))
        except Exception as error:
            pipe.send(("failed", f"{type(error).__name__}: {error}"))


class Worker:
    """The parent's end: `worker.ask("train", epochs)`. A context manager that ends the process.

    make : of the name it makes the object whose methods are asked. limit : seconds that an answer may take.
    """

    def __init__(self, name: str, make: Callable[[str], Any] = Session, limit: float | None = None):
        self.name, self.limit = name, limit
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(make, name, theirs), name=f"peer {name}")
        self.process.start()
        theirs.close()

    def ask(self, method: str, *arguments: Any) -> Any:
        """The answer. Raises UnavailableError where the peer cannot do this here, PeerError where it failed."""
        try:
            self.pipe.send((method, arguments))
            if not self.pipe.poll(self.limit):
                self.process.terminate()
                self.process.join()
                raise PeerError(f"{self.name}: it took longer than {self.limit:g} s")
            kind, value = self.pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            self.process.join()
            raise PeerError(f"{self.name}: its process ended with exit code {self.process.exitcode}") from error
        if kind == "unavailable":
            raise UnavailableError(value)
        if kind == "failed":
            raise PeerError(f"{self.name}: {value}")
        return value

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: Any) -> None:
        self.pipe.close()
        self.process.join(timeout=10)
        if self.process.is_alive():
            self.process.terminate()
            self.process.join()
        self.process.close()
