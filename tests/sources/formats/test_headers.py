"""Headers and rows of cells."""

import pytest

from bprop.sources.formats.headers import is_rule, is_second_header, sort_of


@pytest.mark.parametrize(
    ("cell", "sort"),
    [("1.5", "number"), ("1,5", "number"), ("$1,234.50", "number"), ("12 %", "number"), ("(1.5)", "number"),
     ("1e-3", "number"),
     ("2024-01-31", "date"), ("31.01.2024", "date"), ("1:30 PM", "date"), ("31 Jan 2024", "date"), ("", "missing"),
     ("NA", "missing"), ("x1", "text"), ("Q1 2020", "text"), ("1st", "text")],
)  # fmt: skip
def test_sorts_of_cells(cell, sort):
    assert sort_of(cell) == sort


def test_rules_and_second_headers():
    assert all(map(is_rule, ["----,----\n", "---+----\r\n", "|---|---|", "====="]))
    assert not any(map(is_rule, ["-,-\n", "a---\n", "--\n", "1---2"]))
    assert is_second_header([["kg", "cm"], ["1", "2"], ["3", "4"], ["5", "6"]])
    assert not is_second_header([["7", "cm"], ["1", "2"], ["3", "4"], ["5", "6"]])
