"""uvicorn in a thread: it serves an application until it is closed."""

from __future__ import annotations

import socket
from threading import Thread
from time import sleep
from typing import Any

from bprop.errors import MissingPackageError

LOOK = 0.001  # seconds between two looks whether it has started
SETTINGS: dict[str, Any] = {
    "http": "h11", "lifespan": "off", "log_config": None, "access_log": False, "server_header": False,
    "h11_max_incomplete_event_size": 16_384,
}  # fmt: skip


class Running:
    """An application on a socket that listens, in a thread of its own. settings : of uvicorn, beside `SETTINGS`."""

    def __init__(self, application: Any, listening: socket.socket, name: str, **settings: Any):
        import uvicorn

        self._listening = listening
        self._server = uvicorn.Server(uvicorn.Config(application, **{**SETTINGS, **settings}))
        self._thread = Thread(target=self._server.run, args=([listening],), name=name, daemon=True)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            sleep(LOOK)

    @property
    def is_alive(self) -> bool:
        """Whether it serves."""
        return self._thread.is_alive()

    def close(self, seconds: float | None = None) -> None:
        """Accept no more connections, end those that are open as uvicorn's settings say, and free the port."""
        self._server.should_exit = True
        self._thread.join(seconds)
        self._listening.close()


def need(extra: str, what: str, *packages: str) -> None:
    """Raise MissingPackageError, with the command that installs it, where a package that `what` needs is not there."""
    for name in packages:
        try:
            __import__(name)
        except ImportError as error:
            if (error.name or "").partition(".")[0] != name:
                raise
            raise MissingPackageError(f"{what} needs the package {name}: pip install 'bprop[{extra}]'") from error
