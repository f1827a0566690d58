"""Tables by the Arrow C stream."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.batches.arrow import is_due, is_table, read

pa = pytest.importorskip("pyarrow")


@pytest.fixture
def arrow(table):
    return pa.table({"x": table["x"].tolist(), "y": table["y"], "id": range(53)})


def test_columns_of_lists_are_arrays_of_rows(arrow, table):
    images = np.arange(24).reshape(2, 3, 4)
    flat = pa.FixedSizeListArray.from_arrays(pa.array(table["x"].ravel()), 4)
    for made in (arrow, arrow.to_reader(10), pa.table({"x": flat, "y": table["y"]})):
        arrays = read(made, ["x", "y"])
        assert list(arrays) == ["x", "y"]
        np.testing.assert_array_equal(arrays["x"], table["x"])
        np.testing.assert_array_equal(arrays["y"], table["y"])
    np.testing.assert_array_equal(read(pa.table({"i": images.tolist()}), ["i"])["i"], images)
    np.testing.assert_array_equal(read(pa.table({"i": flat.slice(3)}), ["i"])["i"], table["x"][3:])


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({"x": [1.0, None, 2.0]}, errors.DataError, "column 'x': 1 cells are missing, the first in row 1"),
        ({"x": [[1.0], None]}, errors.DataError, "column 'x': 1 cells are missing, the first in row 1"),
        ({"x": [[1.0, 2.0], [1.0]]}, errors.ShapeError, "column 'x': lists of different lengths, 1 to 2"),
        ({"a": [1.0]}, errors.DataError, "no column 'x', which is an input of the graph; it has a"),
        ({"x": [{"a": 1}]}, errors.DTypeError, "column 'x': is of struct"),
    ],
)
def test_what_is_no_column_of_numbers_is_refused(columns, error, message):
    with pytest.raises(error, match=message):
        read(pa.table(columns), ["x"])


def test_frames_are_read_so_where_their_columns_are_the_inputs(arrow):
    assert is_table(arrow)
    assert not is_table(np.ones(3))
    assert not is_table(pa.array([1]))
    assert is_due(arrow, ["q"])
    for frame in (
        pytest.importorskip("polars").from_arrow(arrow),
        pytest.importorskip("pandas").DataFrame(arrow.to_pydict()),
    ):
        assert is_table(frame)
        assert is_due(frame, ["x", "y"])
        assert not is_due(frame, ["x", "q"])


def test_tables_train_as_arrays(arrow, table, graph, same, settings):
    of = {**settings, "engine": "numpy"}
    arrays = bp.train(graph, table, validation=table, **of)
    assert same(bp.train(graph, arrow, validation=arrow.to_reader(), **of), arrays)
    polars, pandas = pytest.importorskip("polars"), pytest.importorskip("pandas")
    assert same(bp.train(graph, polars.from_arrow(arrow), validation=arrow, **of), arrays)
    assert same(bp.train(graph, pandas.DataFrame(arrow.to_pydict()), validation=arrow, **of), arrays)
    assert arrays.evaluate(arrow) == arrays.evaluate(table)
