"""The head of a request, and its bounds."""

import pytest

from bprop.reporting import request as module
from bprop.reporting.request import RefusedError, answer, read_head, refusal

WHOLE = b"GET /token/new?after=3 HTTP/1.1\r\nHost: localhost:1\r\nAccept: */*\r\n\r\n"


def test_a_head_is_read_once_it_is_whole():
    assert read_head(WHOLE)[:4] == ("GET", "/token/new", "after=3", "localhost:1")
    assert read_head(WHOLE + b"a body") == read_head(WHOLE)
    assert all(read_head(WHOLE[:length]) is None for length in range(len(WHOLE)))


def code_of(received):
    with pytest.raises(RefusedError) as caught:
        read_head(received)
    return caught.value.code


def test_a_head_is_bounded_before_it_is_whole():
    assert read_head(b"GET /" + b"a" * (module.LONGEST_LINE - 5)) is None
    assert code_of(b"GET /" + b"a" * module.LONGEST_LINE) == 414
    assert code_of(b"GET / HTTP/1.1\r\nX: " + b"a" * module.LONGEST_LINE) == 431
    assert code_of(b"GET / HTTP/1.1" + b"\r\nX: 1" * module.MOST_LINES) == 431
    assert code_of(b"GET / HTTP/1.1" + (b"\r\nX: " + b"a" * 4000) * 5) == 431


@pytest.mark.parametrize(
    ("received", "code"),
    [
        (b"\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"GET  HTTP/1.1\r\n\r\n", 400),
        (b"GET / a HTTP/1.1\r\n\r\n", 400),
        (b"GET / FTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
        (b"GET / HTTP/1.1\r\nHost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", 400),
        (b"GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", 400),
        (b"GET http://[/ HTTP/1.1\r\nHost: b\r\n\r\n", 400),
    ],
)
def test_what_is_no_head_is_refused(received, code):
    assert code_of(received) == code


def test_any_bytes_are_a_head_or_refused():
    for byte in range(256):
        one = bytes([byte])
        for received in (one + WHOLE, WHOLE.replace(b"token", one), WHOLE.replace(b"localhost", one)):
            try:
                read_head(received)
            except RefusedError as error:
                assert error.code in module.REASONS


def test_an_answer_says_how_long_it_is_and_that_it_is_the_last():
    said = answer(200, "text/html", b"page")
    assert said.startswith(b"HTTP/1.1 200 OK\r\n") and said.endswith(b"\r\n\r\npage")
    for line in (b"Content-Length: 4", b"Connection: close", b"Cache-Control: no-store"):
        assert line + b"\r\n" in said
    assert answer(200, "text/html", b"page", with_body=False) == said[:-4]
    assert refusal(RefusedError(403, "no")).endswith(b"403: no\n")
