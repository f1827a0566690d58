"""Objects of Python with fields, as columns of a table."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.sources import fields
from bprop.sources.frames import frame_of


def texts(data):
    return {name: column.cells.tolist() for name, column in frame_of(data).frame.columns.items()}


def test_a_dict_of_dicts_has_its_cells_by_label_and_not_its_labels_as_cells():
    rows = {"a": {7: 1.5, 3: 2.5}, "b": {3: "v", 7: "u"}}  # as df.to_dict() writes it
    assert texts(rows) == {"a": [1.5, 2.5], "b": ["u", "v"]}
    with pytest.raises(errors.DataError, match="the columns 'a' and 'b' have other rows: their labels differ"):
        frame_of({"a": {0: 1.5, 1: 2.5}, "b": {0: "u"}})


def test_a_model_takes_what_pandas_calls_a_dict():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": np.arange(40) % 7 / 7, "y": np.arange(40) * 0.5})
    fit = bp.table(frame, "y").fit(epochs=1, engine="numpy", hidden=4)
    assert np.array_equal(fit.predict(frame[5:9].to_dict()), fit.predict(frame[5:9]))


def test_the_fields_of_dicts_are_columns_as_in_a_file_of_json():
    records = [{"a": 1, "place": {"x": 2.5, "town": "u"}}, {"a": 2, "place": None}, {"a": 3, "place": {"x": 3.5}}]
    columns = texts(records)
    assert list(columns) == ["a", "place.x", "place.town"]
    assert columns["place.town"] == ["u", None, None]
    assert frame_of(records).remarks == ("table: the fields of place are columns of their own",)
    pandas = pytest.importorskip("pandas")
    assert list(texts(pandas.DataFrame(records))) == ["a", "place.x", "place.town"]


def test_a_dict_of_single_values_may_hold_a_dict():
    assert texts({"a": 1, "place": {"x": 2.5, "town": "u"}}) == {"a": [1], "place.x": [2.5], "place.town": ["u"]}


def test_a_column_that_is_a_set_is_refused():
    with pytest.raises(errors.DataError, match="column 'a': a set has no order: give a list"):
        frame_of({"a": {1, 2}, "b": [1, 2]})


def test_a_column_of_dicts_stays_where_a_field_has_the_name_of_another_column():
    assert list(fields.spread({"s": [{"x": 1}], "s.x": [2]})[0]) == ["s", "s.x"]
    assert not fields.are_records([{"x": 1}, 2]) and not fields.are_records([None])
