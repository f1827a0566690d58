"""Ctrl-C and SIGTERM end training between two steps instead of in the middle of one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Any


class Terminated(SystemExit):
    """SIGTERM came while training. The checkpoint, if any, is written; `fit` is the fit so far."""

    def __init__(self, fit: Any):
        super().__init__(128 + signal.SIGTERM)
        self.fit = fit


class Interrupt:
    """Within the context, the first SIGINT or SIGTERM only sets `signal`; a second SIGINT interrupts at once.

    Outside the main thread, where Python allows no handlers, signals act as they always do.
    """

    def __init__(self, numbers: Sequence[int] = (signal.SIGINT, signal.SIGTERM)):
        self.numbers = numbers
        self.signal: int | None = None
        self._watching = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.getsignal(number) for number in self.numbers}
            self._watching = True
            try:
                for number in self.numbers:
                    signal.signal(number, self._note)
            except BaseException:  # another signal's handler may raise anything, anywhere
                self.__exit__()
                raise
        return self

    def __exit__(self, *error: Any) -> None:
        self._watching = False
        for number, handler in reversed(self._before.items()):  # SIGINT last: then it may raise
            _put_back(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if not self._watching:  # it came while the handlers are put back, or an exception has kept one from being so
            self._pass_on(number, frame)
        elif self.signal is not None and number == signal.SIGINT:
            raise KeyboardInterrupt
        else:
            self.signal = number

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        handler = self._before[number]
        _put_back(number, handler)
        if callable(handler):
            handler(number, frame)
        else:
            signal.raise_signal(number)


class Stopped(KeyboardInterrupt):
    """The user has pressed Ctrl-C, and the work that was begun is done."""


class CtrlC(Interrupt):
    """For training that is not the program's whole purpose: of Ctrl-C alone, and only where that raises as usual."""

    def __init__(self):
        usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        super().__init__([signal.SIGINT] if usual else [])

    @property
    def watches(self) -> bool:
        """Whether Ctrl-C is noted; else a KeyboardInterrupt may be raised anywhere."""
        return bool(self._before)

    def check(self) -> None:
        """Raise Stopped where Ctrl-C came."""
        if self.signal is not None:
            raise Stopped


def _put_back(number: int, handler: Any) -> None:
    signal.signal(number, signal.SIG_DFL if handler is None else handler)  # None: not set from Python
