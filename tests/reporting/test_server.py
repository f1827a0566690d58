"""The server of a page: for this machine, for those who know the token."""

import http.client

import pytest

from bprop import errors
from bprop.reporting.server import Server


@pytest.fixture
def server():
    found = Server(
        {"": lambda query: ("text/html", b"page"), "new": lambda query: ("application/json", query.encode())}
    )
    yield found
    found.close()


def ask(server, path, host=None, method="GET"):
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    link.request(method, path, headers={} if host is None else {"Host": host})
    answer = link.getresponse()
    content = answer.read()
    link.close()
    return answer.status, content, answer.headers


def test_with_the_token_pages_are_sent(server):
    assert server.url == f"http://127.0.0.1:{server.port}/{server.token}/"
    status, content, headers = ask(server, f"/{server.token}/")
    assert (status, content) == (200, b"page")
    assert headers["Cache-Control"] == "no-store"
    assert headers["Access-Control-Allow-Origin"] is None
    assert ask(server, f"/{server.token}/new?after=3")[:2] == (200, b"after=3")
    assert ask(server, f"/{server.token}/", host=f"localhost:{server.port}")[0] == 200


@pytest.mark.parametrize("path", ["/", "/new", "/?token=x", "/wrong/", "/wrong/new", "//", "/%C3%A9/", "/../"])
def test_without_the_token_nothing_is_told(server, path):
    status, content, _ = ask(server, path)
    assert status == 403
    assert content != b"page" and server.token.encode() not in content


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "", "0.0.0.0:1"])
def test_a_foreign_name_is_refused_even_with_the_token(server, host):
    assert ask(server, f"/{server.token}/", host=host)[0] == 403


def test_other_pages_and_methods_are_refused(server):
    assert ask(server, f"/{server.token}/other")[0] == 404
    assert ask(server, f"/{server.token}/", method="POST")[0] == 501


def test_tokens_are_random(server):
    other = Server({})
    assert other.token != server.token and len(other.token) >= 32
    other.close()


def test_a_port_that_is_taken_or_no_port_is_said(server):
    with pytest.raises(errors.SettingError, match=f"port {server.port}"):
        Server({}, server.port)
    with pytest.raises(errors.SettingError, match="65535"):
        Server({}, 70_000)


def test_it_listens_on_this_machine_alone(server):
    assert server._server.server_address[0] == "127.0.0.1"
