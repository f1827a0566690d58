"""Many connections at a time: a bounded number, and one that asks at once is answered."""

import errno
import os
import socket
import sys
from threading import Event

import pytest

from bprop.reporting import loop as module
from bprop.reporting.server import Server


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(module, "BURST", 1000.0)
    found = Server({"": lambda query: ("text/html", b"page")})
    yield found
    found.close()


def opened(server, sent=b""):
    link = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    link.sendall(sent)
    return link


def everything(link):
    said = b""
    while piece := link.recv(65_536):
        said += piece
    return said


def asked(server):
    with opened(server, f"GET /{server.token}/ HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()) as link:
        return everything(link)


def full(server, sent=b"GET /"):
    """As many slow clients as there is room for, all of them taken in."""
    links = [opened(server, sent) for _ in range(module.MOST)]
    while len(server._loop.open) < module.MOST:
        pass
    return links


def test_one_connection_too_many_is_turned_away_at_once(server, monkeypatch):
    monkeypatch.setattr(module, "SLOW", 1e9)
    links = full(server)
    for _ in range(20):
        with opened(server, b"G") as link:
            assert everything(link).startswith(b"HTTP/1.1 503 ")
    assert len(server._loop.open) == module.MOST
    for link in links:
        link.close()


def test_a_reader_who_asks_at_once_is_answered_among_slow_ones(server, monkeypatch):
    monkeypatch.setattr(module, "SLOW", 1e9)
    links = full(server)
    for _ in range(3):
        while b"503" in (said := asked(server)):  # it was accepted before it had asked
            pass
        assert said.endswith(b"page")
    assert everything(links[0]).startswith(b"HTTP/1.1 503 ")  # the one that was slow for the longest time
    for link in links:
        link.close()


def test_the_slowest_gives_way_to_a_new_one(server, monkeypatch):
    monkeypatch.setattr(module, "SLOW", 0.0)
    links = full(server)
    late = opened(server)
    assert everything(links[0]).startswith(b"HTTP/1.1 503 ")
    while len(server._loop.open) < module.MOST:  # the slowest is closed before the new one is taken in
        pass
    assert len(server._loop.open) == module.MOST
    for link in (*links, late):
        link.close()


def test_connections_are_accepted_no_faster_than_training_bears(monkeypatch):
    monkeypatch.setattr(module, "BURST", 3.0)
    monkeypatch.setattr(module, "RATE", 1e-9)
    server = Server({})
    links = [opened(server) for _ in range(10)]
    while len(server._loop.open) < 3:
        pass
    Event().wait(0.2)
    assert len(server._loop.open) == 3
    server.close()
    for link in links:
        link.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on open files is POSIX's")
def test_where_there_are_too_many_open_files_it_waits_and_goes_on(server, monkeypatch):
    import resource

    monkeypatch.setattr(module, "REST", 0.3)
    tries, accept = [], server._loop._accept
    monkeypatch.setattr(server._loop, "_accept", lambda: (tries.append(1), accept())[1])
    link = socket.socket()
    before, held = resource.getrlimit(resource.RLIMIT_NOFILE), []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/proc/self/fd"))) + 10, before[1]))
        with pytest.raises(OSError) as caught:
            while True:
                held.append(os.dup(0))
        assert caught.value.errno == errno.EMFILE
        link.settimeout(10)
        link.connect(("127.0.0.1", server.port))
        Event().wait(0.7)
        assert 1 <= len(tries) <= 4  # it does not spin
        assert server._thread.is_alive()
    finally:
        for file in held:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    link.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert everything(link).startswith(b"HTTP/1.1 403 ")
    link.close()
