"""One machine and its listeners: it does their commands in order, trains in between, and tells all of them."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, Thread
from time import perf_counter
from typing import Any, Protocol

from bprop.console import say_traceback
from bprop.errors import BpropError
from bprop.playing.serving.envelope import Letter, complaint
from bprop.playing.serving.pace import SHORTEST, Pace
from bprop.playing.serving.waiting import Listener, Order, Waiting

PATIENCE = 0.05  # seconds of commands before training goes on
ENDING = 5.0  # seconds for the command that runs


class Playable(Protocol):
    """A machine, as a conductor needs it: `bprop.playing.machine` lists the commands and the parts."""

    @property
    def running(self) -> bool: ...

    def snapshot(self) -> dict[str, Any]: ...

    def do(self, message: Any, /) -> dict[str, Any]: ...

    def tick(self, steps: int) -> dict[str, Any]: ...


class Conductor:
    """Runs a machine for listeners: functions of a message, {"id", "version", "parts"}.

    One that joins gets a snapshot. Then it gets an answer for each command that it sends, with the number of the
    command, and without a number the news: of training, and of the commands of others.

    `start` does all that in a thread; then listeners are called in that thread. Where there are no threads, call
    `turn` again and again. Nobody listens: training rests.
    """

    def __init__(self, machine: Playable, clock: Callable[[], float] = perf_counter):
        self.machine = machine
        self._clock, self._pace = clock, Pace()
        self._waiting, self._listeners = Waiting(), []
        self._lock = Lock()
        self._version = 0
        self._thread: Thread | None = None

    _listeners: list[Listener]

    # --- for listeners, in any thread ---

    def join(self, listener: Listener) -> None:
        """Tell a listener from now on. The first message is a snapshot."""
        self._waiting.add(Order(listener, None))

    def leave(self, listener: Listener) -> None:
        """Tell a listener no more, and drop its commands that wait."""
        with self._lock:
            self._listeners = [one for one in self._listeners if one != listener]
        self._waiting.forget(listener)

    def send(self, listener: Listener, letter: Letter) -> None:
        """Ask for a command."""
        self._waiting.add(Order(listener, letter))

    def backlog(self, listener: Listener) -> int:
        """How many commands of a listener wait."""
        return self._waiting.count(listener)

    # --- the thread ---

    def start(self) -> None:
        """Run in a thread of its own until `stop`."""
        self._thread = Thread(target=self._run, name="bprop-play", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread after what it does now."""
        self._waiting.close()
        if self._thread is not None:
            self._thread.join(ENDING)

    @property
    def running(self) -> bool:
        """Whether its thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def _run(self) -> None:
        while not self._waiting.closed:
            self._waiting.pause(self.turn())

    def turn(self) -> float | None:
        """Do the commands that wait, for a while, and then updates if training runs.

        Returns the seconds to rest before the next turn, unless a command comes; None: until one comes.
        """
        began = self._clock()
        while self._clock() < began + PATIENCE and (order := self._waiting.take()) is not None:
            self._do(order)
        if not (self.machine.running and self._listeners):
            return None
        self._train()
        return max(0.0, began + SHORTEST - self._clock())

    def _train(self) -> None:
        count, began = self._pace.count, self._clock()
        news = self._safely(lambda: self.machine.tick(count))
        if "message" in news["parts"] and self.machine.running:  # an update that fails once may fail for ever
            self._safely(lambda: self.machine.do({"do": "pause"}))
        self._pace.done(count, max(self._clock() - began, 1e-6))
        self._tell(news, self._all())

    def _do(self, order: Order) -> None:
        listener, letter = order.listener, order.letter
        if letter is None:
            self._safely_tell(listener, self._safely(self.machine.snapshot))
            with self._lock:
                self._listeners = [*self._listeners, listener]
            return
        answer = self._safely(lambda: self.machine.do(letter.command))
        for number in order.superseded:  # their answers would have been these parts
            self._safely_tell(listener, {"id": number, "version": answer["version"], "parts": {}})
        self._safely_tell(listener, {"id": letter.number, **answer})
        others = {name: part for name, part in answer["parts"].items() if name != "message"}
        if others:
            self._tell({**answer, "parts": others}, [one for one in self._all() if one != listener])

    def _all(self) -> list[Listener]:
        with self._lock:
            return self._listeners

    def _tell(self, news: dict[str, Any], listeners: list[Listener]) -> None:
        if news["parts"]:
            for listener in listeners:
                self._safely_tell(listener, news)

    def _safely_tell(self, listener: Listener, message: dict[str, Any]) -> None:
        """A listener that fails hears no more; others do."""
        try:
            listener(message)
        except Exception:
            self.leave(listener)

    def _safely(self, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The news of some work. An error becomes a complaint: no command ends the thread."""
        try:
            news = work()
        except BpropError as error:
            return complaint(self._version, f"{error}", "")
        except Exception as error:
            say_traceback()
            cure = "this is a fault of bprop: undo, rewind, or open the page again"
            return complaint(self._version, f"this could not be done ({type(error).__name__}: {error})"[:400], cure)
        self._version = news["version"]
        return news
