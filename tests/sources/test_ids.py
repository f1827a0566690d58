"""Columns that name rows."""

import numpy as np
import pytest

import bprop as bp
from bprop.sources.ids import is_called_id, is_id, words_of


@pytest.mark.parametrize(
    "name",
    ["id", "ID", "Id", "PassengerId", "customerID", "CustomerID", "Customer ID", "order.id", "user-id", "user_id",
    "uuid", "guid",
     "row_number", "RowNumber", "index", "Unnamed: 0", "Unnamed: 0.1", "customerid", "IDs", "Kunden-Nr", "S.No",
     "order_id_2"],
)  # fmt: skip
def test_names_of_ids(name):
    assert is_called_id(name) == (name != "Unnamed: 0.1")


@pytest.mark.parametrize(
    "name", ["width", "valid", "paid", "grid", "humid", "solid", "idea", "monkey", "Nr of rooms", "bid", ""]
)
def test_names_that_only_end_like_ids(name):
    assert not is_called_id(name)


def test_the_words_of_a_name():
    assert words_of("PassengerId") == ["passenger", "id"]
    assert words_of("HTTPCode.value_2") == ["http", "code", "value", "2"]


def test_ids_by_behaviour():
    rng = np.random.default_rng(0)
    numbers = rng.permutation(400) * 3 + 1000
    assert is_id("PassengerId", numbers, 400)
    assert not is_id("population", numbers, 400)
    assert is_id("n", np.arange(400), 400)
    assert not is_id("id", np.arange(400) // 2, 400)
    assert not is_id("id", np.arange(400) + 0.5, 400)
    assert not is_id("id", np.arange(5), 5)


@pytest.mark.parametrize("name", ["Year", "iyear", "time", "age_from", "Survey year", "dayOfStudy", "Jahr", "día"])
def test_a_quantity_that_runs_on_is_no_id_unless_it_is_called_one(name):
    running = np.arange(1880, 2017)
    assert not is_id(name, running, 137)
    assert is_id("block", running, 137) and is_id(f"{name}_id", running, 137)


def test_the_years_of_a_series_are_learned_from(tmp_path):
    lines = ["year,warmth", *(f"{1880 + k},{(k * k % 97) / 100}" for k in range(137))]
    (tmp_path / "series.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert dict(bp.table(tmp_path / "series.csv").kinds) == {"year": "numeric"}
