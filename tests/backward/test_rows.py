"""Operations of box code for any number of examples."""

import numpy as np
import pytest

from bprop.backward.rows import ROWS, dim, leaf, line, operations
from bprop.errors import UnsupportedError
from bprop.shapes import batched, fixed


def test_operations_have_shapes_in_n():
    def run(tape, rows):
        x = leaf(tape, "x", batched((4,)), rows)
        return [(x * 2).reshape(-1, 2), None, x.sum(axis=0)]

    code = operations(run)
    assert [code.operations[place].shape if place is not None else None for place in code.results] == [
        ("2N", 2), None, (4,),
    ]  # fmt: skip
    assert code.operations[0].is_leaf("x") and code.operations[0].shape == ("N", 4)


def test_a_number_may_be_a_line_in_n_and_nothing_else():
    assert line([2 * n + 1 for n in ROWS]) == (2, 1) and line([7, 7, 7]) == (0, 7)
    assert (dim(ROWS), dim([n - 1 for n in ROWS]), dim([3, 3, 3])) == ("N", "N-1", 3)
    with pytest.raises(UnsupportedError, match="not as a N \\+ b does"):
        line([n * n for n in ROWS])


def test_code_that_does_something_else_for_other_n_is_refused():
    with pytest.raises(UnsupportedError, match="its operations depend on the number of examples"):
        operations(lambda tape, rows: [leaf(tape, "x", fixed((2,)), rows) * (1 if rows == ROWS[0] else 2) + rows % 2])


def test_arrays_that_code_holds_are_kept():
    code = operations(lambda tape, rows: [leaf(tape, "x", fixed((2,)), rows) + np.array([1.0, 2.0])])
    assert [array.tolist() for array in code.arrays.values()] == [[1, 2]]
