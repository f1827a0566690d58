"""The importance of the columns of a table."""

import numpy as np
import pytest

import bprop as bp
from bprop.tables.importance import columns_of

QUICK = {"recipe": "lecture", "epochs": 30, "engine": "numpy", "progress": False, "rule": "adam", "hidden": 8}


def test_a_column_with_several_inputs_is_one_column(rng):
    kind = rng.integers(3, size=200)
    data = {
        "noise": rng.normal(size=200), "kind": np.array(["a", "b", "c"])[kind].tolist(),
        "x": rng.normal(size=200), "y": 3.0 * kind + rng.normal(size=200) * 0.1,
    }  # fmt: skip
    fit = bp.table(data, target="y").fit(**QUICK)
    columns = columns_of(fit.preparation)
    assert sorted(columns) == ["kind", "noise", "x"] and len(columns["kind"]["x"]) == 3
    found = fit.importance(data, repeats=2)
    assert found[0]["column"] == "kind" and found[0]["increase"] > 3 * abs(found[1]["increase"])
    assert {one["column"] for one in found} == {"kind", "noise", "x"}


def test_embedded_columns_are_permuted_by_their_codes(rng):
    city = rng.integers(40, size=400)
    data = {"city": [f"city{k}" for k in city], "x": rng.normal(size=400), "y": (city % 2) * 5.0}
    fit = bp.table(data, target="y").with_kinds(city="categorical").fit(**QUICK)
    assert columns_of(fit.preparation)["city"] == {"c_city": None}
    found = fit.importance(data, repeats=2, weights=np.ones(400))
    assert found[0]["column"] == "city" and found[0]["gradient_times_input"] > 0


@pytest.mark.parametrize("loss", ["quantile", "huber"])
def test_every_loss_has_importances(rng, loss):
    x = rng.normal(size=(100, 2))
    data = {"a": x[:, 0], "b": x[:, 1], "y": x[:, 0] * 10}
    found = bp.table(data, target="y").fit(loss=loss, **QUICK).importance(data)
    assert found[0]["column"] == "a"
