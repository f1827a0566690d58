"""uvicorn in a thread."""

import sys
from urllib.request import urlopen

import pytest

from bprop import errors
from bprop.web.listening import listen
from bprop.web.running import Running, need


async def application(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"hi"})


def test_it_serves_until_it_is_closed():
    pytest.importorskip("uvicorn")
    listening = listen(0)
    port = listening.getsockname()[1]
    running = Running(application, listening, "test")
    with urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
        assert answer.read() == b"hi"
    assert running.is_alive
    running.close(5)
    assert not running.is_alive
    listen(port).close()  # the port is free


def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(
        errors.MissingPackageError, match=r"serving needs the package uvicorn: pip install 'bprop\[serve\]'"
    ):
        need("serve", "serving", "uvicorn")
    need("serve", "serving", "json")
