"""One connection: its states, and how long each may last."""

import socket
from time import monotonic

import pytest

from bprop.reporting import connection as module
from bprop.reporting.connection import CLOSED, LINGERING, READING, WRITING, Connection
from bprop.reporting.request import answer

WHOLE = b"GET / HTTP/1.1\r\n\r\n"


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    theirs.settimeout(10)
    yield ours, theirs
    ours.close()
    theirs.close()


def of(ours, content=b"page"):
    return Connection(ours, lambda request: answer(200, "text/plain", content))


def test_a_request_is_read_and_answered_and_the_other_side_closes_first(pair):
    found = of(pair[0])
    found.proceed()
    assert found.state == READING
    pair[1].sendall(WHOLE[:7])
    found.proceed()
    assert found.state == READING and not found.asks()
    pair[1].sendall(WHOLE[7:])
    found.proceed()
    assert found.state == LINGERING
    assert pair[1].recv(10_000).endswith(b"page")
    pair[1].sendall(WHOLE)  # another one is thrown away
    found.proceed()
    assert found.state == LINGERING
    pair[1].close()
    found.proceed()
    assert found.state == CLOSED


def test_the_time_for_a_request_is_one_however_many_pieces_it_comes_in(pair):
    found = of(pair[0])
    for byte in WHOLE[:-1]:
        pair[1].sendall(bytes([byte]))
        found.proceed()
    assert found.deadline == found.began + module.REQUEST_SECONDS
    found.expire(found.deadline - 0.01)
    assert found.state == READING
    found.expire(found.deadline)
    assert found.state == CLOSED
    assert pair[1].recv(10_000).startswith(b"HTTP/1.1 408 ")


def test_a_reader_that_stalls_is_dropped(pair):
    found = of(pair[0], b"x" * 50_000_000)
    pair[1].sendall(WHOLE)
    found.proceed()
    assert found.state == WRITING and found.events == module.selectors.EVENT_WRITE
    deadline = found.deadline
    assert deadline <= monotonic() + module.ANSWER_SECONDS
    pair[1].recv(100_000)
    found.proceed()
    assert (found.state, found.deadline) == (WRITING, deadline)  # taking a little wins no time
    found.expire(deadline)
    assert found.state == CLOSED


def test_who_never_closes_is_closed(pair):
    found = of(pair[0])
    pair[1].sendall(WHOLE)
    found.proceed()
    found.expire(monotonic() + module.LINGER_SECONDS)
    assert found.state == CLOSED


def test_a_request_that_waits_is_seen_before_it_is_read(pair):
    found = of(pair[0])
    assert not found.asks()
    pair[1].sendall(WHOLE)
    assert found.asks()
    found.proceed()
    assert found.state == LINGERING


def test_who_has_gone_is_closed(pair):
    found = of(pair[0], b"x" * 10_000_000)
    pair[1].sendall(WHOLE)
    found.proceed()
    pair[1].close()
    found.proceed()
    assert found.state == CLOSED
