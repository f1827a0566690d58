"""Ctrl-C and SIGTERM end training between two steps instead of in the middle of one."""

from __future__ import annotations

import signal
import threading
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

    def __init__(self):
        self.signal: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *error: Any) -> None:
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)  # None: not set from Python

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.signal is not None and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.signal = number
