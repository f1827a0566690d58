"""The parts of a table larger than memory that follow from a column."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.sources import assigned as module
from bprop.sources.answer import Answer
from bprop.sources.assigned import assigned
from bprop.sources.chunks import Chunks
from bprop.sources.formats import blocks
from bprop.sources.opening import open_rows
from bprop.sources.splits import Split, class_numbers

pytest.importorskip("polars", reason="tables are read piece by piece with polars")


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", 300)
    rng = np.random.default_rng(0)
    lines = [
        f"2024-{1 + day // 28:02}-{1 + day % 28:02},shop {shop},{rng.normal():.3f},{'yn'[shop % 2]}"
        for day, shop in zip(rng.permutation(300), rng.integers(40, size=300), strict=True)
    ]
    (tmp_path / "t.csv").write_text("\n".join(["day,shop,size,answer", *lines]) + "\n")
    return str(tmp_path / "t.csv")


@pytest.mark.parametrize("how", [{"by": "day"}, {"group": "shop"}])
@pytest.mark.parametrize("test", [0.2, 37])
def test_the_parts_are_those_of_the_table_in_memory(table, how, test):
    split, rows = Split(test, 0.1, 4, **how), open_rows(table)
    answer = Answer.of(rows, ("answer",))
    expected = split.parts(rows, None if "by" in how else class_numbers(rows, answer))
    found = assigned(Chunks(table, "answer"), split, None)
    np.testing.assert_array_equal(found.parts(np.arange(300)), expected.of_rows(300))
    assert found.seed == 4
    assert found.described["stratified"] is ("group" in how)


def test_a_stream_is_divided_by_it(table):
    by_day = bp.stream(table, test=60, validation=24, split_by="day")
    assert [len(part) for part in (by_day.train, by_day.validation, by_day.test)] == [216, 24, 60]
    assert "'day'" in str(by_day.division)
    assert "day" in by_day.preparation.columns
    by_shop = bp.stream(table, group="shop")
    assert "shop" not in [kind.name for kind in by_shop.preparation.kinds]
    assert "shop" in bp.stream(table, group="shop", kinds={"shop": "categorical"}).preparation.columns
    assert by_shop.notes["split"]["group"] == "shop"


def test_what_does_not_do_is_refused_with_its_place(table, monkeypatch):
    with pytest.raises(errors.DataError, match="no column is called 'week'; there are: day, shop"):
        bp.stream(table, split_by="week")
    with pytest.raises(errors.SettingError, match="--group answer: this is the target"):
        bp.stream(table, group="answer")
    with pytest.raises(errors.DataError, match=r"t.csv, line 2, column 'shop': 'shop \d+' is neither"):
        bp.stream(table, split_by="shop")
    monkeypatch.setattr(module, "ROW", 2**60)
    with pytest.raises(errors.DataError, match="the column 'day' takes about"):
        bp.stream(table, split_by="day")
