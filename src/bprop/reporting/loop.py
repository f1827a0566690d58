"""Waiting for many sockets in one thread, so that clients, however many and slow, leave training its processor."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from bprop.reporting.connection import CLOSED, READING, Connection
from bprop.reporting.request import Request

MOST = 32
"""Connections that are open at a time. One more is answered 503 and closed, or takes the place of one that is slow."""
SLOW = 0.25  # seconds without a whole request, from which on a connection gives way to a new one
RATE, BURST = 100.0, 16.0  # connections a second that are accepted, and at once: training has the processor
REST = 0.5  # seconds without accepting, where the system gives no more sockets


class Loop:
    """Waits for all sockets together, in one thread, and gives each its turn.

    `stop()`, from any thread, ends it.
    """

    def __init__(self, listening: socket.socket, answering: Callable[[Request], bytes]):
        self.listening, self.answering = listening, answering
        self.open: dict[socket.socket, Connection] = {}
        self.allowance, self.counted = BURST, monotonic()  # connections that may be accepted now
        self.resumes = 0.0  # when it listens again
        try:
            self.selector = selectors.DefaultSelector()
            self.ear, self.bell = socket.socketpair()
        except OSError:
            listening.close()
            raise
        self.selector.register(self.ear, selectors.EVENT_READ)

    def stop(self) -> None:
        """End `run`."""
        with suppress(OSError):
            self.bell.send(b"x")

    def run(self) -> None:
        """Answer until `stop` is called; then all sockets are closed."""
        try:
            while self._turn():
                pass
        finally:
            self.selector.close()
            for link in (*self.open, self.listening, self.ear, self.bell):
                link.close()

    def _turn(self) -> bool:
        """Wait, and serve who can go on; False where it is time to stop."""
        self._listen(monotonic() >= self.resumes)
        ready = [key.fileobj for key, _ in self.selector.select(self._patience())]
        if self.ear in ready:
            return False
        now = monotonic()
        for link, connection in list(self.open.items()):
            if link in ready:
                connection.proceed()
            connection.expire(now)
            self._settle(connection)
        if self.listening in ready:
            self._accept()
        return True

    def _patience(self) -> float | None:
        """Seconds until something is due, where nothing comes; None: nothing is."""
        now, due = monotonic(), [connection.deadline for connection in self.open.values()]
        if self.resumes > now:
            due.append(self.resumes)
        return max(0.0, min(due) - now) if due else None

    def _listen(self, wanted: bool) -> None:
        listens = self.listening in self.selector.get_map()
        if wanted and not listens:
            self.selector.register(self.listening, selectors.EVENT_READ)
        elif listens and not wanted:
            self.selector.unregister(self.listening)

    def _accept(self) -> None:
        """Take in those who wait, as many as is allowed; no more for a while where there are too many open files."""
        now = monotonic()
        self.allowance, self.counted = min(BURST, self.allowance + RATE * (now - self.counted)), now
        while self.allowance >= 1:
            try:
                link, _ = self.listening.accept()
            except BlockingIOError:
                return
            except OSError:
                self.resumes = now + REST
                return
            self.allowance -= 1
            self._take_in(Connection(link, self.answering))
        self.resumes = now + 1 / RATE

    def _take_in(self, connection: Connection) -> None:
        if len(self.open) >= MOST and not self._make_room(0.0 if connection.asks() else SLOW):
            connection.turn_away(503, f"{MOST} connections are open: try again in a few seconds")
            return connection.link.close()
        self.open[connection.link] = connection
        self.selector.register(connection.link, connection.events)
        connection.proceed()  # who asks at once, as a browser does, is answered at once
        return self._settle(connection)

    def _make_room(self, seconds: float) -> bool:
        """Turn away the one that has been longest without a request; False where none has been for so many seconds."""
        waiting = [c for c in self.open.values() if c.state == READING and monotonic() - c.began >= seconds]
        if not waiting:
            return False
        slowest = min(waiting, key=lambda connection: connection.began)
        slowest.turn_away(503, "the request took too long, and others wait")
        self._settle(slowest)
        return True

    def _settle(self, connection: Connection) -> None:
        """Let the selector know of a connection's new state, and give its socket back where it is over."""
        link = connection.link
        if connection.state == CLOSED:
            self.selector.unregister(link)
            del self.open[link]
            link.close()
        elif self.selector.get_key(link).events != connection.events:
            self.selector.modify(link, connection.events)
