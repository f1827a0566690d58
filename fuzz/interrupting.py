"""Work that is interrupted at an instant, in one of five ways."""

from __future__ import annotations

import ctypes
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

KINDS = ("Ctrl-C", "Ctrl-C three times", "alarm raises TimeoutError", "exception set by a thread", "in another thread")


class StopError(Exception):
    """Raised from outside, as libraries for time limits do."""


COMING = (KeyboardInterrupt, TimeoutError, StopError)


def set_exception(thread: int, error: type[BaseException] | None) -> None:
    """Have an exception raised in a thread (None: no longer), as soon as Python code runs there."""
    given = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), given)


def alarm(number: int, frame: Any) -> None:
    raise TimeoutError


class Sender:
    """Interrupts the thread `target`, once, so many seconds after `start`."""

    def __init__(self, kind: str, after: float):
        self.kind, self.after = kind, after
        self.cancelled, self.over = threading.Event(), threading.Event()

    def start(self) -> None:
        self.target = threading.get_ident()
        if self.kind == KINDS[2]:
            self.over.set()
            signal.setitimer(signal.ITIMER_REAL, self.after)
        else:
            threading.Thread(target=self.wait).start()

    def wait(self) -> None:
        if not self.cancelled.wait(self.after):
            self.send()
        self.over.set()

    def send(self) -> None:
        if self.kind.startswith("Ctrl-C"):
            for _ in range(3 if "three" in self.kind else 1):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(random.random() * 0.002)
        else:
            set_exception(self.target, KeyboardInterrupt if self.kind == KINDS[4] else StopError)

    def end(self) -> None:
        """Nothing comes any more."""
        while True:
            try:
                if self.kind == KINDS[2]:
                    signal.setitimer(signal.ITIMER_REAL, 0)
                self.cancelled.set()
                while not self.over.is_set():  # not join, which Ctrl-C may end early
                    time.sleep(0.0005)
                set_exception(self.target, None)
                time.sleep(0.001)  # a signal that was sent but a moment ago comes now
                return
            except COMING:
                pass


def interrupted(kind: str, after: float, work: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """(what work() gave, or what came out of it) with an interrupt on the way."""
    if kind == KINDS[4]:
        return _in_another_thread(kind, after, work)
    sender, found = Sender(kind, after), []
    attempt(sender, work, found, 3)  # as many as may come
    return found[0]


def attempt(sender: Sender, work: Callable[[], Any], found: list[Any], levels: int) -> None:
    """Do the work, and wait until nothing comes any more, whatever comes meanwhile."""
    try:
        if levels:
            attempt(sender, work, found, levels - 1)
        else:
            sender.start()
            found.append((work(), None))
    except COMING as error:
        found.append((None, error))
    sender.end()


def _in_another_thread(kind: str, after: float, work: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    found: list[Any] = []

    sender = Sender(kind, after)
    thread = threading.Thread(target=attempt, args=(sender, work, found, 1))
    thread.start()
    thread.join()
    return found[0]
