"""The server as a whole: who may ask, limits, formats, reloading, and how it stops."""

import gzip
import http.client
import json
import shutil
import socket
import sys
import threading
import time
from contextlib import closing

import pytest

from bprop import errors

from .conftest import ARROW, CSV, JSON, ask_at

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("polars")

PARIS = {"city": "Paris", "size": 51.5, "new": "yes", "built": "2010-03-01"}
PATH = "/models/dear/predict"


def test_it_says_that_it_runs_and_which_models_are_ready(ask):
    assert ask("GET", "/health").json() == {"status": "running"}
    ready = ask("GET", "/ready").json()
    assert ready["status"] == "ready" and {"dear", "price", "inputs"} < ready["models"].keys()
    listed = {one["model"]: one for one in ask("GET", "/models").json()["models"]}
    assert listed["dear"]["classes"] == ["cheap", "dear"] and listed["price"]["intervals"] is True
    assert ask("GET", "/models/dear").json() == listed["dear"]


def test_the_examples_of_models_are_rows_that_they_take(ask):
    for one in ask("GET", "/models").json()["models"]:
        if one["takes"] == "rows":
            assert ask("POST", one["path"], [one["example"]]).status == 200


def test_the_openapi_document_has_every_model_and_every_refusal(ask):
    document = ask("GET", "/openapi.json").json()
    post = document["paths"][PATH]["post"]
    assert set(post["requestBody"]["content"]) == {JSON, CSV, ARROW}
    assert {"200", "400", "413", "415", "422", "429", "503", "504"} < post["responses"].keys()
    row = post["requestBody"]["content"][JSON]["schema"]["anyOf"][1]
    assert row["required"] == ["city", "size", "new", "built"] and "Paris" in row["properties"]["city"]["enum"]
    assert set(document["paths"]["/models/inputs/predict"]["post"]["requestBody"]["content"]) == {JSON, ARROW}


def test_the_page_asks_this_server_alone(ask):
    page = ask("GET", "/")
    assert page.status == 200 and "default-src 'none'" in page.headers["Content-Security-Policy"]
    for path, kind in (("/page/page.js", "text/javascript"), ("/page/page.css", "text/css")):
        file = ask("GET", path)
        assert file.status == 200 and file.headers["Content-Type"].startswith(kind)
        assert b"http://" not in file.content and b"https://" not in file.content
    assert b"http" not in page.content.replace(b"https://www.w3.org", b"")
    assert ask("GET", "/page/..%2Fserver.py").status == 404 and ask("GET", "/page/no.js").status == 404


@pytest.mark.parametrize(
    ("method", "path", "kind", "status", "says"),
    [
        ("GET", PATH, None, 405, "takes POST, not GET"), ("PUT", PATH, JSON, 405, "takes POST, not PUT"),
        ("POST", "/health", JSON, 405, "GET"), ("GET", "/nothing", None, 404, "see /"),
        ("POST", "/models/fear/predict", JSON, 404, "did you mean 'dear'?"),
        ("GET", "/models/x", None, 404, "there are"),
        ("POST", PATH, "text/html", 415, "text/csv"), ("POST", PATH, None, 415, "no Content-Type"),
        ("POST", PATH, "text/csv; charset=klingon", 415, "no such encoding"),
    ],
)  # fmt: skip
def test_other_addresses_methods_and_formats_are_refused(ask, method, path, kind, status, says):
    answer = ask(method, path, "[]" if method != "GET" else None, kind)
    assert answer.status == status and says in answer.json()["detail"]
    if status == 405:
        assert answer.headers["Allow"]


def test_an_answer_is_in_a_format_that_the_request_accepts(ask):
    assert ask("POST", PATH, PARIS, Accept="text/*").headers["Content-Type"].startswith(CSV)
    assert ask("POST", PATH, PARIS, Accept="*/*").headers["Content-Type"] == JSON
    assert ask("POST", PATH, PARIS, Accept=f"{JSON};q=0.1, {ARROW}").headers["Content-Type"] == ARROW
    refused = ask("POST", PATH, PARIS, Accept="image/png, application/json;q=0")
    assert refused.status == 406 and "answers are application/json" in refused.json()["detail"]


def test_gzip_is_unpacked_up_to_the_limit(ask, refused):
    packed = gzip.compress(json.dumps(PARIS).encode())
    assert ask("POST", PATH, packed, Content_Encoding="gzip").status == 200
    bomb = gzip.compress(b" " * (17 * 2**20))
    assert len(bomb) < 20_000
    refused(413, bomb, "unpacked, the body has more than 16.0 MB", Content_Encoding="gzip")
    refused(400, packed[:-9], "ends within its gzip", Content_Encoding="gzip")
    refused(400, b"no gzip", "is no gzip", Content_Encoding="gzip")
    refused(400, packed + b"more", "bytes follow", Content_Encoding="gzip")
    refused(415, PARIS, "Content-Encoding 'br'", Content_Encoding="br")


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ("", 400, "it is empty"), (" \n", 400, "it is empty"),
        ("[", 400, "line 1"), ("[\n{,", 400, "line 2"), (b'"\xff"', 400, "UTF-8"),
        ("[" * 100_000, 400, "too deep"), ('[{"a": 1}, {"a": 1, "a": 2}]', 400, "object 2: the key 'a' stands twice"),
        ('{"city": "\\ud800"}', 400, "half of a letter"), ("9" * 5000, 400, "digit"), ("[]", 422, "no rows"),
        ("{}", 422, "no rows"), ("7", 422, "no table"), ('{"a": [1], "b": [1, 2]}', 422, "column 'b': 2 cells"),
        ('{"columns": ["a", "a"], "data": [[1, 2]]}', 422, "stands there once"),
        ('{"columns": ["a", "b"], "data": [[1]]}', 422, "data, row 1"), ('[{"a": 1, " a": 2}]', 422, "name of its own"),
        ("[1]", 422, "row 1: 1 is no object"), ('{"a": []}', 422, "no rows"),
    ],
)  # fmt: skip
def test_json_that_is_no_table_is_refused(refused, body, status, says):
    refused(status, body, says)


# --- limits ---


@pytest.fixture(scope="module")
def small(open_server):
    """A server with narrow limits and a token."""
    from bprop.serving.limits import Limits

    limits = Limits(body=2000, rows=3, rate=1000.0)
    return open_server("dear.bprop", limits=limits, token=TOKEN, interval=0.5)


@pytest.fixture(scope="module")
def hasty(open_server):
    """A server that waits for nothing."""
    from bprop.serving.limits import Limits

    return open_server("dear.bprop", limits=Limits(seconds=0.3, concurrency=1))


TOKEN = "a-token-that-is-long"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def test_the_token_opens_all_but_the_page_and_the_health(small):
    for path in ("/health", "/ready", "/", "/page/page.js"):
        assert ask_at(small, "GET", path).status == 200
    for headers in ({}, {"Authorization": f"Bearer {TOKEN[:-1]}"}, {"Authorization": f"Basic {TOKEN}"}):
        for method, path in (("GET", "/models"), ("GET", "/openapi.json"), ("GET", "/metrics"), ("POST", PATH)):
            answer = ask_at(small, method, path, **headers)
            assert answer.status == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert TOKEN not in answer.content.decode()
    assert ask_at(small, "GET", "/models", **BEARER).status == 200
    assert "securitySchemes" in ask_at(small, "GET", "/openapi.json", **BEARER).json()["components"]


def test_without_a_token_only_this_machine_is_served_by_its_own_name(ask):
    for host in ("evil.example", "evil.example:80", ""):
        assert ask("GET", "/models", Host=host).status == 403
    for host in ("localhost", "127.0.0.1:1", "[::1]:80", "LOCALHOST:80"):
        assert ask("GET", "/models", Host=host).status == 200


def test_the_interval_of_the_server_is_in_every_answer(small):
    assert "set" in ask_at(small, "POST", PATH, PARIS, **BEARER).json()["predictions"][0]


def test_too_many_rows_and_too_large_bodies_are_refused(small):
    answer = ask_at(small, "POST", PATH, [PARIS] * 4, **BEARER)
    assert answer.status == 413 and "4 rows, and at most 3" in answer.json()["detail"]
    assert ask_at(small, "POST", PATH, " " * 2001, **BEARER).status == 413
    parts = iter([b" " * 1500] * 3)
    with closing(http.client.HTTPConnection("127.0.0.1", small.port, timeout=5)) as link:
        link.request("POST", PATH, parts, {"Content-Type": JSON, **BEARER}, encode_chunked=True)
        assert link.getresponse().status == 413


def test_a_body_that_is_too_slow_is_refused(hasty):
    with closing(socket.create_connection(("127.0.0.1", hasty.port), timeout=5)) as link:
        head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\nContent-Length: 9\r\n"
        link.sendall(f"{head}\r\n[".encode())
        assert link.recv(4096).startswith(b"HTTP/1.1 408")


def test_one_that_takes_too_long_is_refused_and_those_behind_it_wait(hasty, monkeypatch):
    answers, free = hasty.shelf.models["dear"].answers, threading.Event()
    usual = answers.answer
    monkeypatch.setattr(answers, "answer", lambda *args: (free.wait(10), usual(*args))[1])
    first = ask_at(hasty, "POST", PATH, PARIS)
    assert first.status == 504 and "longer than 0.3 seconds" in first.json()["detail"]
    second = ask_at(hasty, "POST", PATH, PARIS)
    assert second.status == 503 and second.headers["Retry-After"] == "1"
    free.set()
    while hasty.application.gate.inside:  # nobody hears of the work, but it ends
        time.sleep(0.01)


def test_a_fault_of_the_server_is_said_without_its_text(small, monkeypatch, capsys):
    def fail(*args):
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(small.shelf.models["dear"].answers, "answer", fail)
    answer = ask_at(small, "POST", PATH, PARIS, **BEARER)
    assert answer.status == 500 and b"secret" not in answer.content
    assert "ZeroDivisionError: a secret" in capsys.readouterr().err


def test_requests_are_counted(small):
    text = ask_at(small, "GET", "/metrics", **BEARER).content.decode()
    assert 'bprop_requests_total{model="dear",status="413"} 3' in text
    assert "bprop_requests_inside 0" in text and 'bprop_request_seconds_bucket{le="+Inf"}' in text


# --- models ---


def test_a_file_that_changes_is_read_again_and_a_damaged_one_is_not(open_server, folder, tmp_path):
    from bprop.serving.server import ModelServer

    path = tmp_path / "m.bprop"
    shutil.copy(folder / "dear.bprop", path)
    server = ModelServer([f"mine={path}"])
    try:
        before = ask_at(server, "GET", "/ready").json()["models"]["mine"]
        assert server.reload() == []
        path.write_bytes(b"no model")
        ((name, error),) = server.reload()
        assert name == "mine" and isinstance(error, errors.ModelFileError)
        assert server.reload() == []  # it is not tried again and again
        assert ask_at(server, "GET", "/ready").json()["models"]["mine"] == before
        path.unlink()
        assert [type(error) for _, error in server.reload()] == [errors.ModelFileError]
        shutil.copy(folder / "price.bprop", path)
        assert server.reload() == [("mine", None)]
        assert ask_at(server, "GET", "/ready").json()["models"]["mine"] != before
        assert "price" in ask_at(server, "POST", "/models/mine/predict", PARIS).json()["predictions"][0]
        assert server.reload(every=True) == [("mine", None)]
        counts = ask_at(server, "GET", "/metrics").content.decode()
        assert 'reloads_total{outcome="done"} 2' in counts and 'reloads_total{outcome="failed"} 2' in counts
    finally:
        server.close()


def test_names_and_settings_that_cannot_be_are_refused(open_server, folder):
    with pytest.raises(errors.SettingError, match="two models are called 'dear': name one otherwise"):
        open_server("dear.bprop", "dear.bprop")
    with pytest.raises(errors.SettingError, match="nothing to serve: name a model file"):
        open_server()
    with pytest.raises(errors.ModelFileError, match="no such file"):
        open_server("absent.bprop")
    with pytest.raises(errors.SettingError, match="16 or more letters"):
        open_server("dear.bprop", token="short")
    with pytest.raises(errors.SettingError, match="conformal"):
        open_server("dots.bprop", interval=0.9)
    from bprop.serving.shelf import named

    with pytest.raises(errors.SettingError, match="part of the address"):
        named("a b.bprop")


def test_a_request_that_was_begun_is_answered_when_the_server_stops(open_server, monkeypatch):
    server = open_server("dear.bprop")
    answers, begun, free = server.shelf.models["dear"].answers, threading.Event(), threading.Event()
    usual = answers.answer
    monkeypatch.setattr(answers, "answer", lambda *args: (begun.set(), free.wait(10), usual(*args))[2])
    statuses = []
    asking = threading.Thread(target=lambda: statuses.append(ask_at(server, "POST", PATH, PARIS).status))
    asking.start()
    begun.wait(10)
    closing_ = threading.Thread(target=lambda: statuses.append(server.close()))
    closing_.start()
    time.sleep(0.3)
    free.set()
    asking.join(10)
    closing_.join(10)
    assert sorted(statuses) == [0, 200]
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)


def test_without_its_packages_it_says_what_to_type(monkeypatch):
    from bprop.serving.server import need_packages

    monkeypatch.setitem(sys.modules, "starlette", None)
    with pytest.raises(errors.MissingPackageError, match=r"pip install 'bprop\[serve\]'"):
        need_packages()
