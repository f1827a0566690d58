"""One connection to the server of a page. It reads a request and writes an answer, each within a deadline."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from bprop.reporting.request import END, LONGEST_HEAD, RefusedError, Request, read_head, refusal

REQUEST_SECONDS = 5.0  # from the connection to the end of the head of its request, in however many pieces
ANSWER_SECONDS = 20.0  # for the other side to read the whole answer
LINGER_SECONDS = 1.0  # for the other side to close
PIECE = 65_536  # bytes read, or written, at a time
READING, WRITING, LINGERING, CLOSED = "reading", "writing", "lingering", "closed"
Answering = Callable[[Request], bytes | None]
"""The answer to a request; None: to one without its body yet, which is wanted."""


class Connection:
    """A socket that does not block, in one of four states. Each state but the last has a deadline.

    Bytes after the first request are read for a second and thrown away: a socket that is closed with unread bytes drops
    its answer.
    """

    link: socket.socket
    answering: Answering

    def __init__(self, link: socket.socket, answering: Answering):
        link.setblocking(False)
        self.link, self.answering = link, answering
        self.state: str = READING
        self.began: float = monotonic()
        self.deadline: float = self.began + REQUEST_SECONDS
        self.received: bytearray = bytearray()
        self.left: memoryview[int] = memoryview(b"")

    @property
    def events(self) -> int:
        """The events for which the selector must wait."""
        return selectors.EVENT_WRITE if self.state == WRITING else selectors.EVENT_READ

    def proceed(self) -> None:
        """Read or write as much as possible. A socket that fails is closed."""
        try:
            {READING: self._read, WRITING: self._write, LINGERING: self._discard}[self.state]()
        except BlockingIOError:
            pass
        except OSError:  # the other side has gone
            self.close()

    def expire(self, now: float) -> None:
        """Close the connection after its deadline. One without a request gets an answer with the reason."""
        if now < self.deadline:
            return
        if self.state == READING:
            self.turn_away(408, "the request took too long")
        self.close()

    def asks(self) -> bool:
        """Whether a whole request has arrived. Nothing is taken from the socket."""
        with suppress(OSError):
            return END in self.link.recv(LONGEST_HEAD, socket.MSG_PEEK)
        return False

    def turn_away(self, code: int, why: str) -> None:
        """Close the connection with an answer that says why, as far as it can be sent at once."""
        with suppress(OSError):
            self.link.send(refusal(RefusedError(code, why)))
            self.link.shutdown(socket.SHUT_WR)
            self.link.recv(PIECE)
        self.close()

    def close(self) -> None:
        """End the connection. The loop then closes the socket."""
        self.state = CLOSED

    def _read(self) -> None:
        piece = self.link.recv(PIECE)
        if not piece:  # half a request, and no more will come
            return self.close()
        self.received += piece
        try:
            request = read_head(bytes(self.received))
            if request is None:
                return None
            content = self.answering(request)
            if content is None:
                content = self._with_body(request)
            if content is None:
                return None
        except RefusedError as error:
            content = refusal(error)
        self.received.clear()
        self.state, self.left, self.deadline = WRITING, memoryview(content), monotonic() + ANSWER_SECONDS
        return self._write()

    def _with_body(self, request: Request) -> bytes | None:
        """The answer to a request whose body is wanted; None: it is not all there yet."""
        body, size = bytes(self.received).partition(END)[2], request.size
        return self.answering(request._replace(body=body[:size])) if len(body) >= size else None

    def _write(self) -> None:
        while self.left:
            self.left = self.left[self.link.send(self.left[:PIECE]) :]
        self.link.shutdown(socket.SHUT_WR)
        self.state, self.deadline = LINGERING, monotonic() + LINGER_SECONDS

    def _discard(self) -> None:
        if not self.link.recv(PIECE):
            self.close()
