"""The loop of the server: it waits for all sockets in one thread, so that clients leave the processor to training."""

from __future__ import annotations

import selectors
import socket
from contextlib import suppress
from selectors import DefaultSelector
from time import monotonic

from bprop.reporting.connection import CLOSED, READING, Answering, Connection

MOST = 32
"""The most open connections. One more gets the answer 503, or takes the place of a slow one."""
SLOW = 0.25  # seconds without a whole request, after which a connection may give way to a new one
RATE, BURST = 100.0, 16.0  # the most connections a second, and at once: training needs the processor
REST = 0.5  # seconds without accepting, if the system has no more sockets


class Loop:
    """Waits for all sockets together, in one thread, and serves each in turn. `stop()`, from any thread, ends it."""

    listening: socket.socket
    allowance: float
    counted: float
    ear: socket.socket
    bell: socket.socket

    answering: Answering

    def __init__(self, listening: socket.socket, answering: Answering):
        self.listening, self.answering = listening, answering
        self.open: dict[socket.socket, Connection] = {}
        self.allowance, self.counted = BURST, monotonic()  # connections that may be accepted now
        self.resumes: float = 0.0  # the time to listen again
        try:
            self.selector: DefaultSelector = selectors.DefaultSelector()
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
        """Answer until `stop` is called. Then close all sockets."""
        try:
            while self._turn():
                pass
        finally:
            self.selector.close()
            for link in (*self.open, self.listening, self.ear, self.bell):
                link.close()

    def _turn(self) -> bool:
        """Wait, and serve the connections that can proceed. False if it is time to stop."""
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
        """Seconds until the next deadline; None without one."""
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
        """Accept waiting connections, as many as allowed. With too many open files, accept none for a while."""
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
        connection.proceed()  # a browser asks at once, and gets its answer at once
        return self._settle(connection)

    def _make_room(self, seconds: float) -> bool:
        """Turn away the connection that waits longest without a request; False if none waits for so many seconds."""
        waiting = [c for c in self.open.values() if c.state == READING and monotonic() - c.began >= seconds]
        if not waiting:
            return False
        slowest = min(waiting, key=lambda connection: connection.began)
        slowest.turn_away(503, "the request took too long, and others wait")
        self._settle(slowest)
        return True

    def _settle(self, connection: Connection) -> None:
        """Register the new state of a connection with the selector, or close its socket if it has ended."""
        link = connection.link
        if connection.state == CLOSED:
            self.selector.unregister(link)
            del self.open[link]
            link.close()
        elif self.selector.get_key(link).events != connection.events:
            self.selector.modify(link, connection.events)
