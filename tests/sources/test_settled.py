"""What the whole of a column decides."""

import numpy as np

from bprop.sources.column import Column, objects
from bprop.sources.settled import Peers


def test_the_rows_of_a_column_are_read_as_the_whole_is():
    column = Column(objects(["1.234", "12.345.678", "5"]))
    part = column.rows(np.array([0, 2]))
    assert part.numbers[0].tolist() == [1234, 5]
    assert Column(part.cells).numbers[0].tolist() == [1.234, 5]


def test_columns_that_agree_give_the_mark_before_fractions():
    comma, point, text = (Column(objects(cells)) for cells in (["1,5", "-"], ["1.5", "2"], ["red", None]))
    assert Peers([comma, text]).hint.decimal == ","
    assert Peers([point, text], ";").hint.delimiter == ";"
    assert Peers([comma, point]).hint.decimal == ""


def test_a_table_does_not_keep_its_columns_alive():
    column = Column(objects(["1,5"]))
    peers = Peers([column])
    del column
    assert peers.hint.decimal == ""
