"""What people give as rows."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.tables.rows import did_you_mean, rows_for


def test_names_that_are_much_like_the_missing_ones():
    assert did_you_mean(["zip_code"], ["Zip Code", "city"]) == " (did you mean 'Zip Code'?)"
    assert did_you_mean(["weight", "size"], ["wieght", "sise", "x"]) == " (did you mean 'wieght', 'sise'?)"
    assert did_you_mean(["weight"], ["colour"]) == ""


def test_an_array_of_objects_has_the_models_columns_in_order(rows):
    preparation = bp.table(rows).preparation
    mixed = np.array([[1.5, "a", True, 4], [2.5, None, False, 0]], object)
    named = {"weight": [1.5, 2.5], "town": ["a", None], "old": [True, False], "legs": [4, 0]}
    one, other = (preparation.inputs(rows_for(preparation, data)) for data in (mixed, named))
    assert np.array_equal(one["x"], other["x"])


def test_a_table_of_a_file_of_arrays(tmp_path):
    x, y = np.random.default_rng(0).normal(size=(30, 3)), np.arange(30) % 2
    np.savez(tmp_path / "t.npz", x=x, y=y)
    table = bp.table(tmp_path / "t.npz")
    fit = table.fit(epochs=1, hidden=4, engine="numpy", progress=False)
    assert fit.predict(tmp_path / "t.npz").tolist() == fit.predict(x).tolist()
    assert fit.scores(tmp_path / "t.npz")["examples"] == 30


def test_a_path_that_does_not_exist(rows, tmp_path):
    with pytest.raises(errors.DataError, match="there is no such file"):
        rows_for(bp.table(rows).preparation, tmp_path / "absent.csv")


def test_a_model_of_an_oddly_written_file_takes_objects_and_plain_files(rows, tmp_path):
    lines = "".join(f"{k % 9},{'ö' if k % 2 else 'u'}\n" for k in range(30))
    (tmp_path / "old.csv").write_text("Report of May\nsize,kind\n" + lines, encoding="cp1252")
    table = bp.table(tmp_path / "old.csv", encoding="cp1252", skip_rows=1, bad_cells="missing")
    fit = table.fit(epochs=1, hidden=2, engine="numpy", progress=False)
    (tmp_path / "new.csv").write_text("size,kind\n" + lines)
    one, other = fit.predict_proba(tmp_path / "old.csv"), fit.predict_proba(tmp_path / "new.csv")
    assert one.tolist() == other.tolist() and len(one) == 30
    assert fit.predict_proba({"size": [0, 1]}).tolist() == one[:2].tolist()
    assert len(fit.predict({"size": ["3", "bad"]})) == 2
    beside = {"size": [1, 2, 3], "kind": ["ö", "u", "u"]}
    assert table.fit(validation=beside, epochs=1, hidden=2, engine="numpy", progress=False).history[0].validation


def test_rows_whose_categories_are_written_otherwise_are_warned_of(rows):
    preparation = bp.table(rows).preparation
    new = {**rows, "town": [f"{town}!" for town in rows["town"]]}
    with pytest.warns(UserWarning, match=r"column 'town': \d+ of \d+ cells are of no category that the model knows"):
        rows_for(preparation, new)
    few = {name: column[:3] for name, column in new.items()}
    assert len(rows_for(preparation, few)) == 3  # so few say little
