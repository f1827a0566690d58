"""JSON as columns of a table."""

import numpy as np
import pytest

pytest.importorskip("starlette")

from bprop import errors
from bprop.serving.documents import columns_in
from bprop.serving.refused import RefusedError
from bprop.sources.known_lists import Known


@pytest.mark.parametrize(
    "sent",
    [
        [{"e": [1, 2.5], "a": 7}],
        {"e": [1, 2.5], "a": 7},
        {"e": [[1, 2.5]], "a": [7]},
        {"columns": ["e", "a"], "data": [[[1, 2.5], 7]]},
    ],
)
def test_places_of_lists_are_columns_as_in_files(sent):
    columns = columns_in(sent)
    assert {name: list(cells) for name, cells in columns.items()} == {"e.1": [1.0], "e.2": [2.5], "a": [7]}


def test_a_row_may_lack_its_list():
    columns = columns_in([{"e": [1, 2]}, {"e": None}])
    np.testing.assert_array_equal(columns["e.2"], [2.0, np.nan])


def test_fields_of_objects_are_columns_as_in_files():
    sent = [{"place": {"x": 1, "town": "u"}, "a": 2}, {"place": None, "a": 3}]
    assert columns_in(sent) == {"a": [2, 3], "place.x": [1, None], "place.town": ["u", None]}
    assert columns_in(sent[0]) == {"a": [2], "place.x": [1], "place.town": ["u"]}


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ([{"e": [1, 2]}, {"e": [1]}], r"row 1, column 'e': \[1, 2\] is no cell.*lists of numbers that have one length"),
        ([{"e": [True]}], "row 1, column 'e'"),
        ([{"p": {"x": 1}}, {"p": {"y": 1}}], "row 2, column 'p': this object has other fields than that of row 1"),
        ([{"p": {"x": 1}}, {"p": 3}], "row 1, column 'p'.*is no cell"),
        ([{"p": {"x": 1}, "p.x": 2}], "column 'p'.*is no cell"),
        ({"rows": [{"a": 1}]}, "the rows stand in an object, below 'rows': send the list itself"),
    ],
)
def test_what_is_no_column_is_refused(sent, says):
    with pytest.raises(RefusedError, match=says):
        columns_in(sent)


def test_a_model_says_which_columns_are_lists():
    known = Known(["a", "e.1", "e.2"])
    columns = columns_in([{"a": "[1, 2]", "e": None}], known)
    assert list(columns) == ["a", "e.1", "e.2"] and np.isnan(columns["e.2"]).all()
    with pytest.raises(errors.DataError, match=r"body, row 2, column 'e': a list of 1, and the columns e\.1 to e"):
        columns_in({"a": [1, 2], "e": [[1, 2], [1]]}, known)


def test_the_cells_of_a_column_that_the_model_ignores_may_be_anything():
    sent = [{"a": 1, "tags": ["u", "v"]}, {"a": 2, "tags": []}]
    assert columns_in(sent, ignored={"tags"}) == {"a": [1, 2], "tags": [["u", "v"], []]}
    with pytest.raises(RefusedError, match="column 'tags'"):
        columns_in(sent)
