"""Fixtures of the report's tests: small fits, and the data of a page."""

import json
import re

import numpy as np
import pytest

import bprop as bp

HOSTILE = "</script><b id=planted>&\u2028"


@pytest.fixture
def classes():
    """(fit, data): three classes in 16 dimensions, with health; a name of a class is markup."""
    rng = np.random.default_rng(0)
    y = np.arange(90) % 3
    data = {"x": abs(rng.normal(size=(90, 16)) + 2 * np.eye(16)[y]), "y": y}
    notes = {
        "source": "pets", "task": "classification", "target": "kind", "columns": [f"c{k}" for k in range(16)],
        "classes": ["cat", HOSTILE, "eel"],
    }  # fmt: skip
    fit = bp.train(
        bp.mlp([16, 6, 3], activation="tanh"), data, epochs=8, rule=bp.SGD(0.2), validation=0.2, engine="numpy",
        progress=False, health=True, notes=notes, keep_best=False,
    )  # fmt: skip
    return fit, data


@pytest.fixture
def values():
    """(fit, data): one number from three."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(80, 3))
    data = {"x": x, "y": 50 + 10 * x[:, 0]}
    graph = bp.mlp([3, 8, 1], task="regression", target_scaling=(50.0, 10.0))
    return bp.train(graph, data, epochs=4, engine="numpy", progress=False), data


@pytest.fixture
def data_of():
    """data_of(html): the JSON of a page."""

    def data_of(html):
        return json.loads(re.search(r'<script type="application/json" id="page-data">(.*?)</script>', html, re.S)[1])

    return data_of
