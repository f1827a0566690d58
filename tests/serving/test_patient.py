"""Connections whose head does not come are closed."""

import http.client
import socket
import time
from contextlib import closing

import pytest

pytest.importorskip("uvicorn")


@pytest.mark.parametrize("begun", [b"", b"GET /health HTTP/1.1\r\nHo"])
def test_a_head_that_does_not_come_ends_the_connection(server, monkeypatch, begun):
    monkeypatch.setattr("bprop.serving.patient.HEAD", 0.1)
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=5)) as link:
        link.sendall(begun)
        assert link.recv(100) == b""


def test_a_connection_that_asks_again_is_kept(server, monkeypatch):
    monkeypatch.setattr("bprop.serving.patient.HEAD", 0.1)
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)) as link:
        sockets = []
        for _ in range(2):
            link.request("GET", "/health")
            sockets.append(link.sock)
            assert link.getresponse().read()
            time.sleep(0.3)
        assert sockets[0] is sockets[1] is not None
