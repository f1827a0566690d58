"""A small machine that speaks the protocol of `bprop play`, and pages that are joined to it."""

import asyncio
import json
import threading
from contextlib import asynccontextmanager

import pytest

from bprop.errors import SettingError


class Weights:
    """Two weights; an update adds 1 to each. It keeps what it was asked."""

    def __init__(self):
        self.version, self.running, self.theta, self.asked = 1, False, [0.0, 0.0], []

    def _news(self, **parts):
        self.version += 1
        return {"version": self.version, "parts": parts}

    def snapshot(self):
        return {"version": self.version, "parts": {"theta": list(self.theta), "training": {"running": self.running}}}

    def do(self, command):
        self.asked.append(command)
        if command["do"] == "set_weight":
            self.theta[command["index"][0]] = command["value"]
            return self._news(theta=list(self.theta))
        if command["do"] in ("train", "pause"):
            self.running = command["do"] == "train"
            return self._news(training={"running": self.running}, message=None)
        if command["do"] == "note":
            return self._news(message={"kind": "note", "text": "for you alone", "cure": ""})
        if command["do"] == "break":
            raise ZeroDivisionError("of the machine")
        if command["do"] == "nan":
            return self._news(theta=[float("nan")])
        raise SettingError(f"unknown command {command['do']!r}")

    def tick(self, steps):
        self.theta = [weight + steps for weight in self.theta]
        return self._news(theta=list(self.theta))


@pytest.fixture
def weights():
    return Weights()


@pytest.fixture
def served(weights):
    """A server of the machine, with a page of a line."""
    for package in ("starlette", "uvicorn", "websockets"):
        pytest.importorskip(package)
    from bprop.playing.serving.front import File
    from bprop.playing.serving.server import PlayServer

    server = PlayServer(weights, pages={"index.html": File("text/html", b"<title>play</title>")})
    yield server
    server.close()
    assert not any(thread.name.startswith("bprop-play") for thread in threading.enumerate())


class Page:
    """A page as a browser joins it: `ask` sends a command and returns its answer."""

    def __init__(self, link):
        self.link, self.number, self.news = link, 0, []

    async def hear(self):
        return json.loads(await asyncio.wait_for(self.link.recv(), 5))

    async def send(self, **command):
        self.number += 1
        await self.link.send(json.dumps({"id": self.number, "command": command}))
        return self.number

    async def answer(self, number):
        while (message := await self.hear()).get("id") != number:
            self.news.append(message)
        return message

    async def ask(self, **command):
        return await self.answer(await self.send(**command))


@pytest.fixture
def page(connect):
    """page(server, origin=..., token=...): an open page, in `async with`."""

    @asynccontextmanager
    async def page(server, origin=None, token=None):
        own = f"http://127.0.0.1:{server.port}"
        address = f"ws://127.0.0.1:{server.port}/{server.token if token is None else token}/socket"
        async with connect(address, origin=own if origin is None else origin or None) as link:
            yield Page(link)

    return page


@pytest.fixture
def talk():
    """talk(coroutine): what it returns, within a few seconds."""
    return lambda coroutine: asyncio.run(asyncio.wait_for(coroutine, 20))
