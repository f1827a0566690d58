"""The map of a network of two numbers."""

from base64 import b64decode

import numpy as np
import pytest

import bprop as bp
from bprop.reporting.about import Facts
from bprop.reporting.boundary import SIDE
from bprop.reporting.outcome import outcome
from bprop.scaling import Scaling, Units


def grid_of(found):
    """The points of the cells, as the map says where they lie."""
    edges = [np.linspace(*found[axis], SIDE + 1) for axis in ("x", "y")]
    across, up = ((edge[1:] + edge[:-1]) / 2 for edge in edges)
    return np.stack([np.tile(across, SIDE), np.repeat(up, SIDE)], axis=1)


def cells_of(found):
    return np.frombuffer(b64decode(found["cells"]), np.uint8)


def test_a_cell_is_what_the_network_predicts_there(rng):
    data = {"x": rng.normal(size=(60, 2)), "y": rng.integers(3, size=60)}
    notes = {"columns": ["age", "size"], "classes": ["a", "b", "c"]}
    fit = bp.train(bp.mlp([2, 8, 3]), data, epochs=3, engine="numpy", progress=False, notes=notes)
    found = outcome(fit, data, None, "test", Facts())["boundary"]
    p = fit.predict(x=grid_of(found))
    sure = np.sort(p, axis=1)
    clear = sure[:, -1] - sure[:, -2] > 1e-3  # the ends on the page are rounded
    assert clear.mean() > 0.9
    assert (cells_of(found) // 16 == p.argmax(axis=1))[clear].all()
    assert np.abs(cells_of(found) % 16 / 15 - p.max(axis=1))[clear].max() < 0.05
    assert found["names"] == ["age", "size"] and len(found["points"]) == 60


def test_it_is_in_the_units_of_the_table(rng):
    data = {"x": 1e6 + 50 * rng.normal(size=(60, 2)), "y": 1e9 + 10 * rng.normal(size=60)}
    units = Units({"x": Scaling.of(data["x"]), **dict.fromkeys(("y", "f"), Scaling.of(data["y"]))})
    graph = bp.mlp([2, 4, 1], task="regression")
    fit = bp.train(graph, data, epochs=2, engine="numpy", progress=False, notes=units.to_notes())
    found = outcome(fit, data, None, "test", Facts())["boundary"]
    assert found["x"][0] < data["x"][:, 0].min() < data["x"][:, 0].max() < found["x"][1]
    assert 1e9 - 100 < found["low"] < found["high"] < 1e9 + 100
    assert set(cells_of(found)) >= {0, 255}


@pytest.mark.parametrize("inputs", [1, 3])
def test_other_networks_have_none(rng, inputs):
    data = {"x": rng.normal(size=(30, inputs)), "y": rng.integers(2, size=30)}
    fit = bp.train(bp.mlp([inputs, 2]), data, epochs=1, engine="numpy", progress=False)
    assert outcome(fit, data, None, "test", Facts())["boundary"] is None
