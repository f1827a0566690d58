"""The server of a page: for this machine, for those who know the token."""

import contextlib
import http.client
import socket

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
    assert server._loop.listening.getsockname()[0] == "127.0.0.1"
    with pytest.raises(OSError):
        socket.create_connection(("::1", server.port), timeout=5)


# --- requests as no browser makes them ---


def raw(server, *pieces, end=True):
    """What the server says to these bytes, until it closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as link:
        for piece in pieces:
            link.sendall(piece)
        if end:
            link.shutdown(socket.SHUT_WR)
        return everything(link)


def everything(link):
    said = b""
    while piece := link.recv(65_536):
        said += piece
    return said


def get(server, address=None, more=b"", method=b"GET"):
    address = f"/{server.token}/" if address is None else address
    return b"%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n" % (method, address.encode(), server.port, more)


def test_a_request_in_pieces_is_answered_when_it_is_whole(server):
    pieces = [bytes([byte]) for byte in get(server)]
    assert raw(server, *pieces, end=False).endswith(b"page")


def test_a_head_alone_is_asked_for_without_the_page(server):
    said = raw(server, get(server, method=b"HEAD"))
    assert said.startswith(b"HTTP/1.1 200 ") and b"Content-Length: 4\r\n" in said and said.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("method", [b"PUT", b"DELETE", b"OPTIONS", b"CONNECT", b"TRACE", b"X" * 300, b"get"])
def test_no_other_method_is_known(server, method):
    assert raw(server, get(server, method=method)).startswith(b"HTTP/1.1 501 ")


def test_an_address_that_names_its_host_must_name_this_one(server):
    own, path = f"http://127.0.0.1:{server.port}", f"/{server.token}/"
    assert raw(server, get(server, own + path)).endswith(b"page")
    assert raw(server, get(server, "http://evil.example" + path)).startswith(b"HTTP/1.1 400 ")
    assert raw(server, get(server, "//evil.example" + path)).startswith(b"HTTP/1.1 400 ")
    assert raw(server, get(server, more=b"Host: evil.example\r\n")).startswith(b"HTTP/1.1 400 ")
    assert raw(server, f"GET {path} HTTP/1.1\r\n\r\n".encode()).startswith(b"HTTP/1.1 403 ")


def test_one_request_is_answered_and_the_connection_closed(server):
    said = raw(server, get(server) * 3)
    assert said.count(b"HTTP/1.1") == 1 and said.endswith(b"page") and b"Connection: close\r\n" in said


def test_a_body_is_not_waited_for_however_long_it_is_said_to_be(server):
    more = b"Content-Length: 99999999999999999999\r\n"
    assert raw(server, get(server, more=more), b"x" * 100_000, end=False).endswith(b"page")
    assert raw(server, get(server, more=more, method=b"POST"), end=False).startswith(b"HTTP/1.1 501 ")


@pytest.mark.parametrize("piece", [b"", b"G", b"GET / HTTP/1.1\r\nHost: 127"])
def test_half_a_request_that_ends_is_not_answered(server, piece):
    assert raw(server, piece) == b""


@pytest.mark.parametrize(
    "text", [b"\r\n\r\n", b"\x16\x03\x01\x02\x00\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\n", b"GET /\r\n\r\n", b"A" * 30_000]
)
def test_what_is_no_request_of_http_is_refused(server, text):
    code = raw(server, text, end=False).split(b" ")[1]
    assert code in (b"400", b"505", b"414")


def test_a_page_that_cannot_be_made_is_said_and_the_next_one_is_sent():
    def fail(query):
        if query:
            return "text/plain", b"well"
        raise LookupError(SECRET)

    server = Server({"": fail})
    status, content, _ = ask(server, f"/{server.token}/")
    assert status == 500 and b"LookupError" in content and SECRET.encode() not in content
    assert ask(server, f"/{server.token}/?again")[0] == 200
    server.close()


SECRET = "what no page shows"


def test_closing_does_not_wait_for_those_who_hang():
    server = Server({"": lambda query: ("text/html", b"page")})
    links = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(5)]
    links[0].sendall(b"GET /")
    ask(server, "/")
    server.close()
    assert not server._thread.is_alive()
    with contextlib.suppress(ConnectionResetError):
        assert everything(links[0]) == b""
    for link in links:
        link.close()
    again = Server({}, server.port)  # the port is free
    again.close()


# --- commands ---


@pytest.fixture
def obeying():
    """A server that keeps the commands that it got."""
    commands = []

    def obey(content):
        commands.append(content)
        return 200, b'{"well": true}'

    server = Server({"": lambda query: ("text/html", b"page")}, commands={"do": obey})
    server.got = commands
    yield server
    server.close()


def post(server, body=b"{}", path=None, **headers):
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    own = {"Origin": f"http://127.0.0.1:{server.port}", "Content-Type": "application/json", **headers}
    path = f"/{server.token}/do" if path is None else path
    link.request("POST", path, body, {name: value for name, value in own.items() if value is not None})
    answer = link.getresponse()
    content = answer.read()
    link.close()
    return answer.status, content


def test_the_page_can_send_commands(obeying):
    assert post(obeying, b'{"do": "pause"}') == (200, b'{"well": true}')
    assert post(obeying, b"", **{"Content-Type": "application/json; charset=utf-8"})[0] == 200
    assert obeying.got == [b'{"do": "pause"}', b""]


@pytest.mark.parametrize(
    ("code", "more"),
    [
        (403, {"Origin": None}), (403, {"Origin": "null"}), (403, {"Origin": "http://evil.example"}),
        (403, {"Host": "evil.example"}), (403, {"path": "/wrong/do"}), (415, {"Content-Type": "text/plain"}),
        (415, {"Content-Type": None}), (413, {"body": b"x" * 5000}), (411, {"Content-Length": "-1"}),
        (411, {"Content-Length": "1e3"}), (413, {"Content-Length": "9" * 30}),
    ],
)  # fmt: skip
def test_others_can_not(obeying, code, more):
    assert post(obeying, **more)[0] == code
    assert obeying.got == []


def test_commands_have_their_own_addresses(obeying):
    assert post(obeying, path=f"/{obeying.token}/")[0] == 404
    assert ask(obeying, f"/{obeying.token}/do")[0] == 404  # it is no page


def test_a_command_in_pieces_is_obeyed_when_it_is_whole(obeying):
    origin = f"Origin: http://127.0.0.1:{obeying.port}\r\nContent-Type: application/json\r\nContent-Length: 3\r\n"
    head = get(obeying, f"/{obeying.token}/do", origin.encode(), method=b"POST")
    assert raw(obeying, head, b"1", b"2", b"3and more", end=False).endswith(b'{"well": true}')
    assert raw(obeying, head, b"12") == b""  # it ends too soon
    assert obeying.got == [b"123"]


def test_a_request_that_says_two_lengths_is_refused(obeying):
    twice = b"Content-Length: 3\r\nContent-Length: 4\r\n"
    assert raw(obeying, get(obeying, more=twice, method=b"POST")).startswith(b"HTTP/1.1 400 ")
