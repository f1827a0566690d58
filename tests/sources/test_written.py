"""How the cells of targets write their numbers."""

import pytest

from bprop import errors
from bprop.sources.column import objects
from bprop.sources.frame import Frame
from bprop.sources.written import as_asked, form_asked, written_in, written_of, written_so


def frame(*cells):
    return Frame("t", {"y": objects(cells)}, lambda row: f"row {row}")


def test_the_format_of_a_target_is_noted_where_it_is_not_plain():
    assert written_in(frame("1,5", "2,5"), ["y"]) == ("1.234,5",)
    assert written_in(frame("1.5"), ["y"]) == ()


def test_a_target_is_read_as_noted():
    assert written_so(frame("1.234"), ["y"], ("1.234,5",), None).column("y").numbers[0].tolist() == [1234]
    assert written_so(frame("1.234"), ["y"], (), None).column("y").numbers[0].tolist() == [1.234]
    assert written_so(frame("7"), ["y"], (), ("007", "7")).column("y").settled.codes


def test_a_target_is_written_as_its_kind_says():
    cells = frame("$1.234", "$5")
    assert as_asked(cells, ["y"], {"y": "numeric:de"}).column("y").numbers[0].tolist() == [1234, 5]
    assert written_in(as_asked(cells, ["y"], {"y": "numeric:de"}), ["y"]) == ("$1.234,5",)
    assert as_asked(cells, ["y"], {"y": "numeric"}) is cells
    with pytest.raises(errors.SettingError, match="--kind y=numeric:1,234: '1,234' does not say how numbers"):
        form_asked("y", cells.column("y"), "1,234")


@pytest.mark.parametrize("written", [["1.234"], ["x"], 5, ["", ""], [3]])
def test_notes_that_are_damaged(written):
    with pytest.raises(errors.DataError, match="'written'"):
        written_of({"written": written, "targets": ["y"]})
