"""From options to data sets in memory."""

from functools import cached_property

import numpy as np
import pytest

pytest.importorskip("typer", reason="the command line needs typer")

from bprop.architecture import Architecture
from bprop.cli.prepared import DataOptions, in_memory


def given(**more):
    options = {"source": "house.csv", "target": "price", "labels": None, "task": None, "kinds": (), "weights": None}
    return DataOptions(**{**options, "test": "0.2", "validation": "0.1", "seed": 0, **more})


def test_the_parts_have_their_shares_and_their_preparation(folder):
    found = in_memory(given())
    assert (len(found.train), len(found.validation), len(found.test)) == (43, 5, 12)
    assert found.preparation.columns == ("area", "rooms", "floor")
    prices = found.preparation.y(found.sample)
    np.testing.assert_allclose(found.train.arrays["y"], (prices - prices.mean()) / prices.std(), atol=1e-6)
    np.testing.assert_allclose(found.train.arrays["x"].mean(axis=0), 0, atol=1e-6)
    assert found.notes["scaling"]["f"]["mean"] == prices.mean()
    assert found.train.weights is None
    assert len(found.held) == 12
    assert len(in_memory(given(test="0")).held) == 6


def test_each_part_knows_which_rows_of_the_file_it_has(folder):
    """An error then names the row of the file, not that of the part."""
    found = in_memory(given())
    parts = (found.train, found.validation, found.test)
    assert sorted(n for part in parts for n in part.numbers) == list(range(60))
    prices = [float(line.split(",")[0]) for line in (folder / "house.csv").read_text().splitlines()[1:]]
    for part in parts:
        found_prices = found.units.restored("y", part.arrays["y"])
        np.testing.assert_allclose(found_prices, [prices[n] for n in part.numbers], rtol=1e-5)


def test_weights_are_those_of_each_part(folder):
    text = (folder / "house.csv").read_text().splitlines()
    (folder / "w.csv").write_text("\n".join([text[0] + ",w", *(f"{line},{i + 1}" for i, line in enumerate(text[1:]))]))
    found = in_memory(given(source="w.csv", weights="w"))
    seen = [*found.train.weights, *found.validation.weights, *found.test.weights]
    assert sorted(seen) == list(range(1, 61))


@pytest.mark.parametrize("options", [{}, {"source": "pets.csv", "target": "kind"}, {"weights": "w"}])
def test_each_cell_is_read_as_a_number_once(folder, monkeypatch, options):
    """From the file to the arrays of all parts, and the network for them: to infer, to learn, to scale, to encode."""
    from bprop.sources.text_column import TextColumn
    from bprop.tables.network import build

    text = (folder / "house.csv").read_text().splitlines()
    rows = [f"{line},{k % 7 + 1}" for k, line in enumerate(text[1:])]
    (folder / "house.csv").write_text("\n".join([text[0] + ",w", *rows]))
    read, reader = [], TextColumn._numbers.func
    counted = cached_property(lambda column: read.extend(column.tolist()) or reader(column))
    counted.__set_name__(TextColumn, "_numbers")
    monkeypatch.setattr(TextColumn, "_numbers", counted)
    found = in_memory(given(**options))
    build(found.sample, found.preparation, Architecture((4,), "relu"))
    columns = 4 if "source" in options else 5
    assert len(read) == 60 * columns


def test_no_part_is_held_out_where_none_is_asked_for(folder):
    found = in_memory(given(test="0", validation="0"))
    assert found.test is None
    assert found.validation is None
    assert found.held is None
    assert len(found.train) == 60
