"""Servers of small models, in threads of this process, and requests to them."""

import http.client
import json
from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pytest

import bprop as bp

JSON, CSV, ARROW = "application/json", "text/csv", "application/vnd.apache.arrow.stream"
ROWS = 60


def messy():
    """The columns of a table: an id, names, numbers with gaps, yes and no, dates, a comma in a cell, a note."""
    rng = np.random.default_rng(0)
    city = rng.choice(["Paris", "Rome", "São Paulo, Brazil"], ROWS)
    size = rng.normal(50, 10, ROWS).round(1)
    price = size + 20 * (city == "Paris") + rng.normal(size=ROWS)
    return {
        "id": [f"p{k}" for k in range(ROWS)],
        "city": [None if k == 7 else str(name) for k, name in enumerate(city)],
        "size": [None if k % 9 == 0 else float(value) for k, value in enumerate(size)],
        "new": ["yes" if k % 2 else "no" for k in range(ROWS)],
        "built": [f"20{k % 20:02d}-03-0{1 + k % 9}" for k in range(ROWS)],
        "price": price.round(2).tolist(),
        "dear": ["dear" if value > 55 else "cheap" for value in price],
    }


def fit(data, target, **options):
    more = {"epochs": 2, "hidden": 4, "engine": "numpy", "progress": False, "members": 1, "test": 0, **options}
    return bp.table(data, target).fit(**more)


def several_inputs():
    a, b = bp.Input("a", (2, 2)), bp.Input("b", ())
    W = bp.Parameter("W", (4, 3))
    f = bp.softmax(bp.reshape(a, (-1, 4)) @ W)
    graph = bp.Graph(outputs={"f": f, "g": b * 2.0})
    return bp.Model(graph, graph.init(seed=0))


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with model files: dear (classes), price (numbers, with intervals), both (two targets), dots (arrays),
    image (28 pixels of a picture), inputs (several), ensemble."""
    pytest.importorskip("polars")
    where, table = tmp_path_factory.mktemp("models"), messy()
    without = {name: cells for name, cells in table.items() if name != "dear"}
    fit({n: c for n, c in table.items() if n != "price"}, "dear").save(where / "dear.bprop")
    fit(without, "price", validation=20).save(where / "price.bprop")
    fit({**without, "twice": (2 * np.array(table["price"])).tolist()}, ["price", "twice"]).save(where / "both.bprop")
    bp.ensemble([fit(without, "price", seed=seed, validation=0) for seed in (1, 2)]).save(where / "ensemble.bprop")
    graph = bp.mlp([6, 3])
    bp.save(where / "dots.bprop", bp.Model(graph, graph.init(seed=0)))
    x, y = bp.Input("x", (4, 7)), bp.Input("y", (), dtype="int")
    f = bp.softmax(bp.linear(bp.reshape(x, (-1, 28)), bp.Parameter("W", (28, 3)), bp.Parameter("b", (3,))))
    graph = bp.Graph(loss=bp.nll(f, y), outputs={"f": f})
    bp.save(where / "image.bprop", bp.Model(graph, graph.init(seed=0)))
    bp.save(where / "inputs.bprop", several_inputs())
    return where


@pytest.fixture(scope="session")
def open_server(folder):
    """open_server("dear.bprop", token=...): a server of models of the folder; all are closed at the end."""
    for package in ("starlette", "uvicorn"):
        pytest.importorskip(package)
    from bprop.serving.server import ModelServer

    opened = []

    def open_server(*names, **settings):
        opened.append(ModelServer([str(folder / name) for name in names], **settings))
        return opened[-1]

    yield open_server
    for server in opened:
        server.close()


@pytest.fixture(scope="session")
def server(open_server, folder):
    """A server of all models."""
    return open_server(*sorted(path.name for path in folder.glob("*.bprop")))


def ask_at(server, method, path, body=None, kind=JSON, **headers):
    """The answer to a request: status, content, headers, and json() of it."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None and kind is not None:
        headers["Content-Type"] = kind
    body = json.dumps(body) if not isinstance(body, bytes | str | None) else body
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as link:
        link.request(method, path, body.encode() if isinstance(body, str) else body, headers)
        answer = link.getresponse()
        content = answer.read()
    return SimpleNamespace(
        status=answer.status, content=content, headers=answer.headers, json=lambda: json.loads(content)
    )


@pytest.fixture
def ask(server):
    """ask("POST", "/models/dear/predict", body): see `ask_at`."""
    return lambda method, path, body=None, kind=JSON, **headers: ask_at(server, method, path, body, kind, **headers)


@pytest.fixture
def refused(ask):
    """refused(status, body, *says): a request that is refused for that reason."""

    def refused(status, body, *says, model="dear", kind=JSON, query="", **headers):
        answer = ask("POST", f"/models/{model}/predict{query}", body, kind, **headers)
        assert answer.status == status, answer.content
        assert answer.headers["Content-Type"] == "application/problem+json"
        read = answer.json()
        assert read["status"] == status
        assert "--" not in read["detail"] or status in (401, 403)
        for part in says:
            assert part in read["detail"]
        return answer

    return refused
