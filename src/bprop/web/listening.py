"""A socket that listens."""

from __future__ import annotations

import socket

from bprop.errors import SettingError

HERE = "127.0.0.1"
LAST_PORT = 65_535


def listen(port: int, host: str = HERE, backlog: int = 64) -> socket.socket:
    """A socket that listens on an address of this machine. port : 0 is any free port. host : a name or an address.

    Raises SettingError if the port is taken, or the host is none of this machine.
    """
    if not 0 <= port <= LAST_PORT:
        raise SettingError(f"port {port}: it must be a whole number from 0 (any free port) to {LAST_PORT}")
    try:
        (*kind, _, address), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise SettingError(f"host {host}: it is no address of this machine ({error.strerror or error})") from error
    listening = socket.socket(*kind)  # with the protocol: else asyncio leaves Nagle's delays of 40 ms on
    try:
        # otherwise, on Windows, another program could take over the port
        listening.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR), 1)
        listening.bind(address)
        listening.listen(backlog)
    except OSError as error:
        listening.close()
        where = f"port {port}" if host == HERE else f"port {port} of {host}"
        raise SettingError(
            f"cannot serve on {where} ({error.strerror or error}): choose another, or 0 for any free port"
        ) from error
    return listening
