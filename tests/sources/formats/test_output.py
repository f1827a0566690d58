"""Columns to be written to a file."""

import numpy as np
import pytest

from bprop.sources.formats.output import Output, as_csv, unlike


def objects(*cells):
    column = np.empty(len(cells), object)
    column[:] = cells
    return column


def test_text_files_show_as_many_digits_as_asked_for_and_typed_ones_keep_the_numbers():
    column = Output("p", np.array([0.1, 2.0], np.float32), 9)
    assert column.texts == ["0.100000001", "2"]
    assert column.typed is column.values
    assert Output("id", np.array([1.0, np.nan, 2.5])).texts == ["1", None, "2.5"]


@pytest.mark.parametrize(
    ("cells", "typed"),
    [
        ((1, 2), [1, 2]),
        (("a", None), ["a", None]),
        ((1, "a"), ["1", "a"]),
        ((True, False), ["True", "False"]),
        ((), []),
    ],
)
def test_objects_are_whole_numbers_or_text(cells, typed):
    assert Output("c", objects(*cells)).typed == typed


def test_every_column_of_a_typed_file_has_a_name_of_its_own():
    columns = [Output(name, objects()) for name in ("class", "class", "class_2", "class")]
    assert [column.name for column in unlike(columns)] == ["class", "class_3", "class_2", "class_4"]


def test_cells_with_marks_are_quoted():
    assert as_csv([Output("a,b", objects('x"y', "1\n2", None)), Output("n", np.arange(3))]) == (
        '"a,b",n\n"x""y",0\n"1\n2",1\n,2\n'
    )
