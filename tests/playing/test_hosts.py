"""The same scenario through each host: the machine itself, the WebSocket of `bprop play`, the widget of a notebook."""

import asyncio
import json
from pathlib import Path
from queue import Queue

import pytest

from bprop.playing.machine import Machine
from bprop.playing.serving.server import PlayServer
from bprop.playing.subjects.toys import toy

SCENARIO = json.loads((Path(__file__).parent / "scenario.json").read_text())
COMMANDS = [*SCENARIO, {"do": "no such command"}, {"do": "snapshot"}]


def machine():
    return Machine(toy("xor"))


def numbered():
    return [{"id": number, "command": command} for number, command in enumerate(COMMANDS, 1)]


@pytest.fixture(scope="module")
def by_itself():
    """The answers of a machine without a host, as JSON has them."""
    one = machine()
    one.snapshot()
    return json.loads(json.dumps([{"id": letter["id"], **one.do(letter["command"])} for letter in numbered()]))


def test_the_scenario_says_something(by_itself):
    refused = [answer["id"] for answer in by_itself if (answer["parts"].get("message") or {}).get("kind") == "error"]
    assert refused == [len(SCENARIO) + 1]
    assert {"theta", "pass", "weight", "check", "training", "map", "code"} <= {
        part for answer in by_itself[:-1] for part in answer["parts"]
    }


def test_through_the_websocket_of_a_server(by_itself, connect):
    pytest.importorskip("starlette")
    pytest.importorskip("uvicorn")
    server = PlayServer(machine())
    address, origin = f"ws://127.0.0.1:{server.port}/{server.token}/socket", f"http://127.0.0.1:{server.port}"

    async def visit():
        async with connect(address, origin=origin, max_size=None) as link:
            snapshot, answers = json.loads(await link.recv()), []
            for letter in numbered():
                await link.send(json.dumps(letter))
                answers.append(json.loads(await asyncio.wait_for(link.recv(), 20)))
        return snapshot, answers

    try:
        snapshot, answers = asyncio.run(visit())
    finally:
        server.close()
    assert answers == by_itself
    assert snapshot == json.loads(json.dumps(machine().snapshot()))


@pytest.fixture
def widget():
    """A widget without a notebook: what it sends is kept in `sent`."""
    pytest.importorskip("anywidget")
    from bprop.playing.widget import PlayWidget

    class Kept(PlayWidget):
        def send(self, content, buffers=None):
            sent.put(json.loads(json.dumps(content, allow_nan=False)))

    sent = Queue()
    shown = Kept(machine())
    shown.sent = sent
    yield shown
    shown.close()
    assert not shown.conductor.running


def test_through_the_widget_of_a_notebook(by_itself, widget):
    assert widget.sent.get(timeout=20) == json.loads(json.dumps(machine().snapshot()))
    answers = []
    for letter in numbered():
        widget._handle_custom_msg(letter, [])
        answers.append(widget.sent.get(timeout=20))
    assert answers == by_itself


def test_a_message_that_is_none_is_answered_by_the_widget(widget):
    widget.sent.get(timeout=20)
    for message in (None, {}, {"id": 3, "command": 1}, {"command": {"do": "step", "updates": float("nan")}}):
        widget.hear(message)
        assert widget.sent.get(timeout=20)["parts"]["message"]["kind"] == "error"
