"""The server of `bprop play`: on 127.0.0.1, in a thread, for those who know the address."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Mapping
from threading import Thread
from time import sleep
from typing import Any

from bprop.errors import MissingPackageError, SettingError
from bprop.playing.serving.conductor import Conductor, Playable
from bprop.playing.serving.door import HOST, Door
from bprop.playing.serving.envelope import LONGEST
from bprop.playing.serving.front import File, front

LAST_PORT = 65_535
MOST_CONNECTIONS = 64
NEEDED = ("starlette", "uvicorn", "websockets")
ENDING = 5.0  # seconds for open connections to close
CURE = "pip install 'bprop[play]'"


class PlayServer:
    """Serves a machine: one for all pages that are open, which show the same.

    port : 0 is any free port. url : the address, with a random token. `close()` stops it.

    Raises SettingError if the port is taken, MissingPackageError without the packages that it needs.
    """

    def __init__(
        self, machine: Playable, port: int = 0, *, pages: Mapping[str, File] | None = None,
        styles: tuple[str, ...] = (),
    ):  # fmt: skip
        uvicorn, application = _libraries()
        listening = listen(port)
        self.machine: Playable = machine
        self.port: int = listening.getsockname()[1]
        self.token: str = secrets.token_urlsafe(24)
        self.conductor: Conductor = Conductor(machine)
        door = Door(self.token, self.port)
        config = uvicorn.Config(
            application(self.conductor, door, front() if pages is None else pages, styles), http="h11",
            ws="websockets-sansio", ws_max_size=LONGEST, ws_per_message_deflate=False, lifespan="off", log_config=None,
            access_log=False, server_header=False, limit_concurrency=MOST_CONNECTIONS, backlog=MOST_CONNECTIONS,
            timeout_graceful_shutdown=1, h11_max_incomplete_event_size=16_384,
        )  # fmt: skip
        self._listening, self._server = listening, uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, args=([listening],), name="bprop-play-server", daemon=True)
        self.conductor.start()
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            sleep(0.001)

    def __repr__(self) -> str:
        return f"<bprop play at {self.url}>"

    @property
    def url(self) -> str:
        """The address of the page, with the token."""
        return f"http://{HOST}:{self.port}/{self.token}/"

    def close(self) -> None:
        """Close all connections, stop the machine, and free the port."""
        self._server.should_exit = True
        self._thread.join(ENDING)
        self.conductor.stop()
        self._listening.close()


def need_packages() -> None:
    """Raise MissingPackageError without the packages that the server needs, with the command that installs them."""
    _libraries()


def _libraries() -> tuple[Any, Any]:
    try:
        import uvicorn
        import websockets

        from bprop.playing.serving.app import application
    except ImportError as error:
        name = (error.name or "").partition(".")[0]
        if name not in NEEDED:
            raise
        raise MissingPackageError(f"the page needs the package {name}: {CURE}") from error
    assert websockets
    return uvicorn, application


def listen(port: int) -> socket.socket:
    """A socket that listens on this machine alone. Raises SettingError if the port is taken."""
    if not 0 <= port <= LAST_PORT:
        raise SettingError(f"port {port}: it must be a whole number from 0 (any free port) to {LAST_PORT}")
    listening = socket.socket()
    try:
        # otherwise, on Windows, another program could take over the port
        listening.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR), 1)
        listening.bind((HOST, port))
        listening.listen(MOST_CONNECTIONS)
    except OSError as error:
        listening.close()
        raise SettingError(
            f"cannot serve on port {port} ({error.strerror or error}): choose another, or 0 for any free port"
        ) from error
    return listening
