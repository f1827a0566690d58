"""Cells of no category that a model knows are counted, with the first of them and the category that it is like."""

from bprop.sources.answer import Answer
from bprop.sources.opening import open_rows
from bprop.sources.preparation import Preparation
from bprop.sources.unknown import unknown_cells

LINES = ["age,town,y", *(f"{('20-29', '30-39')[k % 2]},{('Ulm', 'Bonn')[k % 3 == 0]},{'ab'[k % 2]}" for k in range(60))]


def frame(folder, lines):
    (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return open_rows(str(folder / "t.csv"))


def test_each_column_has_its_unknown_cells_counted(tmp_path):
    known = frame(tmp_path, LINES)
    preparation = Preparation.fit(known, Answer.of(known, ("y",)))
    assert list(unknown_cells(preparation, known)) == []
    other = frame(tmp_path, [LINES[0], "20-29,Ulm,a", "20–29,Ulm,a", ",,b", "30–39,Ulm,b", "20–29,Zagreb,b"])
    ages, towns = unknown_cells(preparation, other)
    assert (ages.kind.name, ages.cell, ages.count, ages.rows, ages.meant) == ("age", "20–29", 3, 5, "20-29")
    assert "line 3" in ages.where
    assert (towns.kind.name, towns.cell, towns.count, towns.meant) == ("town", "Zagreb", 1, None)


def test_a_column_that_is_missing_has_none(tmp_path):
    known = frame(tmp_path, LINES)
    preparation = Preparation.fit(known, Answer.of(known, ("y",)))
    assert [one.kind.name for one in unknown_cells(preparation, frame(tmp_path, ["town,y", "Rom,a", "Oslo,b"]))] == [
        "town"
    ]
