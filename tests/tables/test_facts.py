"""What a page tells of rows of a table."""

import numpy as np

import bprop as bp
from bprop.reporting import Facts
from bprop.tables.facts import with_rows
from bprop.tables.rows import rows_for

TABLE = {
    "age": ["1", "2", None, "4"] * 10, "pet": ["cat", "dog", "cat", None] * 10, "good": ["no", "yes", "no", "yes"] * 10,
}  # fmt: skip


def test_numbers_are_numbers_and_other_cells_texts():
    fit = bp.table(TABLE).fit(hidden=2, epochs=1, engine="numpy")
    rows = rows_for(fit.preparation, TABLE, targets=True)
    facts = with_rows(Facts(), fit.preparation, rows)
    np.testing.assert_array_equal(facts.values("age")[:4], [1, 2, np.nan, 4])
    assert facts.values("pet")[:4].tolist() == ["cat", "dog", "cat", "missing"]
    assert dict(facts.cells(2)[1]) == {"age": "missing", "pet": "cat"}
    assert set(facts.inputs) == {"age", "pet"}


def test_a_report_of_a_table_shows_its_cells_and_its_columns(tmp_path):
    fit = bp.table(TABLE).fit(hidden=2, epochs=1, engine="numpy")
    bp.report(fit, tmp_path / "r.html", TABLE)
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert '["pet","missing"]' in page  # a cell of one of the worst examples
    assert '"error":"share of wrong predictions"' in page and '"name":"pet","numeric":false' in page
