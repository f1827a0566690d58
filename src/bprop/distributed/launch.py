"""The processes of a training on this machine: they are started together, watched, and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, Any

from bprop.distributed.lifeline import LOST, lifeline
from bprop.distributed.membership import COORDINATOR, PROCESS, PROCESSES
from bprop.errors import SettingError
from bprop.remote.path import model_place_of

GRACE = 5.0
"""Seconds that the others have to end by themselves when one has ended."""
LOOK = 0.02
"""Seconds between two looks at the processes."""
PASSED_ON = ("SIGINT", "SIGTERM", "SIGHUP")
NOTED = "run.json"
SHOWN = 2000
"""Bytes of the last words of a process that are shown."""


@dataclass
class Launch:
    """`count` processes of one training. At most `restarts` times, all are started again when one was killed or lost.

    words : `train ...` or `resume DIR`, or a program "NAME.py" with its arguments. tell : shows a line.
    """

    count: int
    words: Sequence[str]
    restarts: int = 0
    tell: Callable[[str], Any] = print
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    heard: list[IO[bytes]] = field(default_factory=list)
    passed_on: int | None = None
    """The signal that this process has passed on, if any."""
    pipe: tuple[int, Mapping[str, str]] = (-1, {})
    """By which the processes notice that this one has ended: see `lifeline`."""

    def __post_init__(self) -> None:
        need_launchable(self.count, self.words, self.restarts)

    def run(self) -> int:
        """Start the processes until they have done their work. Returns the exit code."""
        with self._signals(), lifeline() as self.pipe:
            for again in range(self.restarts + 1):
                first = self._attempt(self.words_of(again))
                why = None if self.processes[0].returncode == 0 else self._why(first)
                if why is None or self.passed_on is not None or again == self.restarts:
                    return self._code(first)
                self.tell(f"{why}: all processes are started again ({again + 1} of at most {self.restarts} times)")
        raise AssertionError("a launch ends in its loop")

    def words_of(self, again: int) -> list[str]:
        """The words of an attempt: where checkpoints are, the run goes on from them."""
        place = checkpoint_of(self.words)
        if again and place is not None and self.words[0] == "train" and (model_place_of(place) / NOTED).exists():
            return ["resume", place]
        words = list(self.words)
        return [*words, "--distributed"] if words[0] == "train" and "--distributed" not in words else words

    def _attempt(self, words: Sequence[str]) -> list[int]:
        """Start all processes, and wait for their end. Returns the exit codes of those that failed first."""
        address = f"127.0.0.1:{free_port()}"
        self.heard = [TemporaryFile() for _ in range(self.count)]  # noqa: SIM115
        self.processes = []
        try:
            for number in range(self.count):
                self.processes.append(self._start(words, address, number))
            first = self._wait()
        finally:
            self._kill()
        self._say_of_others()
        return first

    def _start(self, words: Sequence[str], address: str, number: int) -> subprocess.Popen[bytes]:
        program = [] if words[0].endswith(".py") else ["-m", "bprop"]
        pipe, variable = self.pipe
        more = {COORDINATOR: address, PROCESSES: str(self.count), PROCESS: str(number), **variable}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": self.heard[number]} if number else {}
        inherited = {"pass_fds": [pipe]} if os.name == "posix" else {}
        return subprocess.Popen(
            [sys.executable, *program, *words], env={**os.environ, **more}, stdin=subprocess.DEVNULL,
            start_new_session=True, **inherited, **quiet,  # type: ignore[call-overload] (Ctrl-C comes to this process, and is passed on)
        )  # fmt: skip

    def _wait(self) -> list[int]:
        """Wait until all have ended, or one has failed and the others have had time to. Returns the exit codes of those
        that failed first."""
        first: list[int] = []
        until = float("inf")
        while True:
            codes = [process.poll() for process in self.processes]
            if not first:
                first = [code for code in codes if code]
                until = time.monotonic() + GRACE if first else until
            if None not in codes or time.monotonic() > until:
                return first
            time.sleep(LOOK)

    def _kill(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()

    def _say_of_others(self) -> None:
        """Show the last words of a process that has failed where process 0 has not."""
        for number, file in enumerate(self.heard):
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - SHOWN))
            text = file.read().decode(errors="replace")
            file.close()
            if number and self.processes[number].returncode == 1 and self.processes[0].returncode != 1:
                lines = [line for line in text.splitlines() if line.strip()]
                self.tell(f"process {number}: {lines[-1] if lines else 'ended with exit code 1'}")

    def _why(self, first: Sequence[int]) -> str | None:
        """Why the processes should be started again: one was killed, or cannot reach another. None: they should not.

        first : the exit codes of those that failed first; that of a signal is negative.
        """
        killed = [-code for code in first if code < 0 and code != -signal.SIGABRT]
        if killed:
            return f"a process was ended by signal {killed[0]}"
        lost = any(code in (LOST, -signal.SIGABRT) for code in first)
        return "a process has lost another one" if lost else None

    def _code(self, first: Sequence[int]) -> int:
        """The exit code of all: that of process 0, or of one that failed before it."""
        zero = self.processes[0].returncode
        code = zero if zero == 0 or not first or zero in first else first[0]
        return code if code >= 0 else 128 - code

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Within the context, signals to this process go to all of them: they stop together, and save.

        A signal that is ignored, as `nohup` has it of SIGHUP, stays so.
        """
        names = [getattr(signal, name) for name in PASSED_ON if hasattr(signal, name)]
        handlers = {number: signal.getsignal(number) for number in names}
        before: Mapping[Any, Any] = {n: handler for n, handler in handlers.items() if handler != signal.SIG_IGN}
        try:
            for number in before:
                signal.signal(number, self._pass_on)
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _pass_on(self, number: int, frame: object) -> None:
        self.passed_on = number
        for process in self.processes:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT if number == signal.SIGINT else signal.SIGTERM)


def need_launchable(count: int, words: Sequence[str], restarts: int) -> None:
    """Raise SettingError for processes that cannot be started, or that would begin anew at each restart."""
    if count < 1:
        raise SettingError(f"-n {count}: give the number of processes, 1 or more")
    if restarts < 0:
        raise SettingError(f"--restarts {restarts}: give 0 or more")
    if not words or not (words[0] in ("train", "resume") or words[0].endswith(".py")):
        raise SettingError("give what to start after --: train DATA ..., resume DIR, or a program NAME.py")
    if restarts and words[0] == "train" and checkpoint_of(words) is None:
        raise SettingError("--restarts goes on from checkpoints, and there are none: add --checkpoint DIR/ to `train`")


def checkpoint_of(words: Sequence[str]) -> str | None:
    """The folder of checkpoints that the words of `train` name."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == "--checkpoint":
            return following
        if word.startswith("--checkpoint="):
            return word.partition("=")[2]
    return None


def free_port() -> int:
    """A port of this machine that is free now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
