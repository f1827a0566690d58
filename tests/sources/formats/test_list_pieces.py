"""Columns of lists in text files, read in pieces."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.chunks import Chunks
from bprop.sources.formats import Piece
from bprop.sources.formats.list_pieces import with_lists
from bprop.sources.known_lists import Known
from bprop.sources.opening import open_rows

FILE = 'a,e,y\n1,"[0.5, 1.25]",u\n2,,v\n3,"[3, null]",u\n'


def pieces(*parts):
    pieces = [Piece({"e": np.array(cells, object), "n": np.arange(len(cells))}) for cells in parts]
    return list(with_lists("t.csv", pieces, Known()))


def test_a_csv_file_holds_lists_as_pandas_writes_them(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(FILE)
    frame = open_rows(str(path))
    (chunk,) = Chunks(str(path))
    for one in (frame, chunk.frame()):
        assert list(one.columns) == ["a", "e.1", "e.2", "y"]
        np.testing.assert_array_equal(one.columns["e.1"].cells, [0.5, np.nan, 3])
        np.testing.assert_array_equal(one.columns["e.2"].cells, [1.25, np.nan, np.nan])
    assert frame.remarks == (f"{path}: each place of the lists of e is a column of its own: e.1 and so on",)
    assert frame.where(2) == f"{path}, line 4"


def test_some_rows_and_some_columns():
    first, second = pieces(["[1 2]", "[3 4]"], ["", "[7 8]"])
    assert first.names == second.names == ["e.1", "e.2", "n"] and len(second) == 2
    columns = second.columns(np.array([1]), ["n", "e.2"])
    assert list(columns) == ["n", "e.2"] and columns["e.2"].tolist() == [8] and columns["n"].tolist() == [1]


def test_a_later_list_of_another_length_is_refused_with_its_row():
    first, second = pieces(["[1, 2]"], ["", "[7, 8]", "[7, 8, 9]"])
    assert first.columns(None, ["e.1"])["e.1"].tolist() == [1]
    for index in (None, np.array([2])):
        with pytest.raises(
            errors.DataError,
            match=r"t\.csv, row 4, column 'e': a list of 3, and the columns e\.1 to e\.2 need 2 numbers: \[7",
        ):
            second.columns(index, ["e.1"])


def test_pieces_without_lists_stay_as_they_are():
    parts = [Piece({"e": np.array(cells, object)}) for cells in (["[1, 2]", "[1, 2, 3]"], ["[1, 2]"])]
    assert list(with_lists("t.csv", parts, Known())) == parts
