"""The server of `bprop play`: for this machine, for those who know the address; hostile input is harmless."""

import asyncio
import http.client
import json
import socket
from contextlib import closing

import pytest

from bprop import errors

pytestmark = pytest.mark.usefixtures("served")


def get(served, path, **headers):
    with closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=5)) as link:
        link.request("GET", path, headers=headers)
        answer = link.getresponse()
        return answer.status, answer.read(), answer.headers


def test_the_page_is_sent_with_a_strict_policy(served):
    status, content, headers = get(served, f"/{served.token}/")
    assert (status, content) == (200, b"<title>play</title>")
    rules = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert rules["default-src"] == "'none'" and rules["script-src"] == "'self'"
    assert rules["connect-src"] == f"'self' ws://127.0.0.1:{served.port}"
    assert headers["Cache-Control"] == "no-store" and headers["Referrer-Policy"] == "no-referrer"
    assert headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize("path", ["/", "/wrong/", "/socket", "//", "/%C3%A9/", "/../", "/wrong/socket"])
def test_without_the_token_nothing_is_told(served, path):
    status, content, _ = get(served, path)
    assert status == 403 and b"title" not in content and served.token.encode() not in content


@pytest.mark.parametrize("path", ["no.js", "../server.py", "%2e%2e/server.py", "/etc/passwd", "socket", "index.html/"])
def test_no_other_file_is_sent(served, path):
    assert get(served, f"/{served.token}/{path}")[0] == 404


def test_foreign_hosts_and_origins_get_no_page(served):
    path = f"/{served.token}/"
    for host in ("evil.example", "127.0.0.1", f"evil.example:{served.port}", "0.0.0.0:1"):
        assert get(served, path, Host=host)[0] == 403
    for origin in ("null", "http://evil.example", f"https://127.0.0.1:{served.port}"):
        assert get(served, path, Origin=origin)[0] == 403
    assert get(served, path, Host=f"localhost:{served.port}", Origin=f"http://localhost:{served.port}")[0] == 200


@pytest.mark.parametrize(
    "foreign",
    [{"token": "wrong"}, {"token": "é"}, {"origin": "http://evil.example"}, {"origin": "null"}, {"origin": ""}],
)  # fmt: skip
def test_a_foreign_websocket_is_refused(served, page, talk, foreign):
    from websockets.exceptions import InvalidStatus

    async def knock():
        async with page(served, **foreign):
            raise AssertionError("it was let in")

    with pytest.raises(InvalidStatus, match="403"):
        talk(knock())
    assert served.conductor.machine.asked == []


def test_a_websocket_by_a_foreign_name_is_refused(served):
    """With a name of its own that leads here, a page elsewhere would have the right origin in its own eyes."""
    opening = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    opening |= {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Origin": f"http://127.0.0.1:{served.port}"}
    path = f"/{served.token}/socket"
    assert get(served, path, **opening, Host=f"evil.example:{served.port}")[0] == 403
    with closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=5)) as link:
        link.request("GET", path, headers={**opening, "Host": f"localhost:{served.port}"})
        assert link.getresponse().status == 101  # it was the name alone


def test_a_page_that_joins_gets_the_state_and_its_commands_are_answered(served, page, talk):
    async def visit():
        async with page(served) as one:
            assert (await one.hear()) == {"version": 1, "parts": {"theta": [0, 0], "training": {"running": False}}}
            answer = await one.ask(do="set_weight", parameter="W", index=[1], value=0.1)
            assert answer == {"id": 1, "version": 2, "parts": {"theta": [0.0, 0.1]}}
            assert "unknown command" in (await one.ask(do="fly"))["parts"]["message"]["text"]

    talk(visit())


def test_a_second_page_sees_the_same_machine_and_hears_what_the_first_does(served, page, talk):
    async def visit():
        async with page(served) as one:
            await one.hear()
            await one.ask(do="set_weight", parameter="W", index=[0], value=3.0)
            async with page(served) as two:
                assert (await two.hear())["parts"]["theta"] == [3.0, 0.0]
                await one.ask(do="note")
                await one.ask(do="set_weight", parameter="W", index=[0], value=4.0)
                assert await two.hear() == {"version": 4, "parts": {"theta": [4.0, 0.0]}}  # the note was not for it
            await one.ask(do="set_weight", parameter="W", index=[0], value=5.0)  # and when it has gone, all goes on

    talk(visit())


def test_training_tells_all_pages_and_commands_are_answered_meanwhile(served, page, talk):
    async def visit():
        async with page(served) as one, page(served) as two:
            await one.ask(do="train")
            seen = [await two.hear() for _ in range(5)]
            assert any(message["parts"].get("theta", [0])[0] > 1 for message in seen)
            await one.ask(do="pause")
            last = await one.ask(do="set_weight", parameter="W", index=[0], value=-1.0)
            assert last["parts"]["theta"][0] == -1.0

    talk(visit())


HOSTILE = [
    "", "no json", "[" * 5000, "null", "[]", '{"id": 1}', '{"command": {"do": 3}}',
    '{"command": {"do": "train"}, "x": 1}',
    '{"command": {"do": "set_weight", "value": NaN}}', '{"command": {"do": "set_weight", "value": 1e999}}',
    '{"command": {"do": "a", "x": ' + "[" * 50 + "]" * 50 + "}}", '{"id": ' + "9" * 6000 + "}",
]  # fmt: skip


def test_hostile_messages_are_answered_and_do_nothing(served, page, talk):
    async def visit():
        async with page(served) as one:
            await one.hear()
            for text in HOSTILE:
                await one.link.send(text)
                assert (await one.hear())["parts"]["message"]["kind"] == "error", text[:60]
            await one.link.send(b"\xff\xfe")
            assert (await one.hear())["parts"]["message"]["kind"] == "error"
            assert (await one.ask(do="train"))["id"] == 1

    talk(visit())
    assert served.conductor.machine.asked == [{"do": "train"}]


def test_a_message_that_is_too_large_ends_the_connection_and_only_that(served, page, talk):
    from websockets.exceptions import ConnectionClosed

    async def visit():
        async with page(served) as one, page(served) as two:
            await two.hear()
            await one.hear()
            await one.link.send(json.dumps({"id": 1, "command": {"do": "train", "x": "x" * 70_000}}))
            with pytest.raises(ConnectionClosed) as closed:
                await one.hear()
            assert closed.value.rcvd.code == 1009
            assert (await two.ask(do="train"))["id"] == 1

    talk(visit())
    assert served.conductor.machine.asked == [{"do": "train"}]


def test_a_page_that_does_not_read_its_answers_is_read_no_more(served, page, talk, monkeypatch):
    from bprop.playing.serving import app, bounds

    most, put = [], app.Page._put

    def counting(self, message):
        put(self, message)
        most.append(len(self._outbox))

    monkeypatch.setattr(app.Page, "_put", counting)
    served.conductor.machine.do = lambda command: {"version": 1, "parts": {"theta": "x" * 100_000}}
    count = 260

    async def visit():
        async with page(served) as one:
            sending = asyncio.gather(*[one.send(do="undo") for _ in range(count)])
            await asyncio.sleep(0.3)
            heard = [await one.hear() for _ in range(count + 1)]
            await sending
            assert [message["id"] for message in heard[1:]] == list(range(1, count + 1))

    talk(visit())
    assert 20 < max(most) <= 2 * bounds.MOST_WAITING + 1


def test_faults_of_the_machine_are_told_and_the_page_goes_on(served, page, talk, capsys):
    async def visit():
        async with page(served) as one:
            await one.hear()
            assert "ZeroDivisionError" in (await one.ask(do="break"))["parts"]["message"]["text"]
            assert "could not be sent" in (await one.ask(do="nan"))["parts"]["message"]["text"]
            assert (await one.ask(do="train"))["parts"]["training"] == {"running": True}

    talk(visit())
    assert "ZeroDivisionError: of the machine" in capsys.readouterr().err


def test_a_port_that_is_taken_or_no_port_is_said(served):
    from bprop.playing.serving.server import listen

    with pytest.raises(errors.SettingError, match=f"port {served.port}.*choose another"):
        listen(served.port)
    with pytest.raises(errors.SettingError, match="65535"):
        listen(70_000)
    with pytest.raises(OSError):
        socket.create_connection(("::1", served.port), timeout=5)


def test_pages_that_are_open_do_not_keep_it_from_closing(weights, page, talk):
    from bprop.playing.serving.server import PlayServer

    server = PlayServer(weights, pages={})

    async def visit():
        async with page(server) as one:
            await one.hear()
            await one.ask(do="train")
            server.close()
            while True:
                await one.hear()

    from websockets.exceptions import ConnectionClosed

    with pytest.raises(ConnectionClosed):
        talk(visit())
    PlayServer(weights, server.port, pages={}).close()  # the port is free


def test_without_its_packages_it_says_what_to_type(monkeypatch, weights):
    import sys

    from bprop.playing.serving.server import PlayServer

    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(errors.MissingPackageError, match=r"uvicorn: pip install 'bprop\[play\]'"):
        PlayServer(weights)
