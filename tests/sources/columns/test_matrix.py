"""Numbers side by side."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.columns import Matrix
from bprop.sources.formats.arrays import frame_of_arrays, numbered
from bprop.sources.frame import Frame


def arrays(x):
    return frame_of_arrays("pets", np.asarray(x), None, numbered(np.shape(x)[1]), "y")


def test_a_block_is_what_the_network_takes_to_the_byte():
    x = np.arange(6, dtype=np.uint8).reshape(3, 2)
    matrix = Matrix.fit("x", arrays(x))
    assert matrix.encode(arrays(x)) is arrays(x).block.cells or matrix.encode(arrays(x)).dtype == np.uint8
    np.testing.assert_array_equal(matrix.encode(arrays(x)), x)
    assert matrix.columns == matrix.features == ("x1", "x2")
    assert matrix.scaled == (True, True)


def test_another_number_of_columns():
    with pytest.raises(errors.DataError, match="pets: 3 input columns, but the model takes 2"):
        Matrix("x", ("a", "b")).encode(arrays(np.zeros((2, 3))))


def table(**columns):
    ready = {name: np.array(cells, object) for name, cells in columns.items()}
    return Frame("t", ready, lambda row: f"t.csv, line {row + 2}", source="t.csv")


def test_columns_of_a_table_are_taken_by_their_names():
    matrix = Matrix("x", ("a", "b"))
    assert matrix.encode(table(b=["2", "4"], extra=["u", ""], a=["1", "3"])).tolist() == [[1, 2], [3, 4]]
    with pytest.raises(errors.DataError, match=r"t.csv: the column b is missing; there are: a"):
        matrix.encode(table(a=["1"]))


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("cat", "'cat' is not a finite number"),
        ("", "the input is missing"),
        ("nan", "the input is missing"),
        ("inf", "'inf' is not a finite number"),
        ("1e999", "'1e999' is not a finite number"),
        ("1;2", "'1;2' is not a finite number"),
        ("1_0", "'1_0' is not a finite number"),
    ],
)
def test_a_cell_that_is_not_a_finite_number_is_named_by_line_and_column(cell, says):
    with pytest.raises(errors.DataError, match=f"t.csv, line 3, column 'b': {says}"):
        Matrix("x", ("a", "b")).encode(table(a=["1", "2"], b=["1", cell]))


def test_it_is_no_kind_that_a_column_can_be_called():
    from bprop.sources.columns import kind_called

    assert kind_called("matrix") is None
    with pytest.raises(AssertionError):
        Matrix("x", ("a",)).to_notes()
