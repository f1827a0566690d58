"""Sockets that listen: the errors say what to choose instead."""

import socket
from contextlib import closing

import pytest

from bprop import errors
from bprop.web.listening import HERE, listen


def test_it_listens_on_this_machine_alone():
    with closing(listen(0)) as listening:
        host, port = listening.getsockname()
        assert host == HERE and port > 0
        assert listening.proto == socket.IPPROTO_TCP  # else asyncio does not switch Nagle's delays off
        socket.create_connection((HERE, port), timeout=5).close()


def test_a_port_that_is_taken_is_refused():
    with closing(listen(0)) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(errors.SettingError, match=f"port {port} .*choose another"):
            listen(port)


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_is_a_small_number(port):
    with pytest.raises(errors.SettingError, match=f"port {port}: it must be a whole number from 0"):
        listen(port)


@pytest.mark.parametrize("host", ["no such host", "192.0.2.1"])
def test_a_host_must_be_one_of_this_machine(host):
    with pytest.raises(errors.SettingError, match=host):
        listen(0, host)
