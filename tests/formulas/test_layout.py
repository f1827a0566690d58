"""Long lines are broken, for narrow pages."""

from xml.etree import ElementTree

import pytest

from bprop.formulas.layout import WIDEST, Line, broken, laid_out
from bprop.formulas.names import identifier
from bprop.formulas.pieces import added, multiplied, number
from bprop.formulas.width import width


def sum_of(count):
    return added([multiplied(number(-0.5), number(1.25)) for _ in range(count)])


def rows(line):
    return [["".join(cell.itertext()) for cell in row] for row in ElementTree.fromstring(laid_out([line]).mathml)[0]]


def test_a_short_line_is_one_row_with_its_result():
    assert rows(Line(identifier("a"), sum_of(1), number(-0.625))) == [["a", "=", "(−0.5)·1.25=−0.625"]]


@pytest.mark.parametrize("count", [3, 5, 9])
def test_a_long_sum_is_broken_at_its_plus_signs_and_its_result_stands_below(count):
    right = sum_of(count)
    table = rows(Line(identifier("a"), right, number(-0.625 * count)))
    assert table[0][:2] == ["a", "="] and table[-1][:2] == ["", "="]
    assert all(row[:2] == ["", ""] and row[2].startswith("+(") for row in table[1:-1])
    assert all(width(part) <= WIDEST for part in broken(right))
    assert "".join(row[2] for row in table[:-1]).count("·") == count


def test_the_text_of_a_line_is_one_line():
    line = Line(identifier("a"), sum_of(9), number(1.0), word="where")
    assert laid_out([line]).text.startswith("where a = ") and "\n" not in laid_out([line]).text


def test_a_part_that_begins_with_a_minus_stays_in_brackets_after_a_break():
    right = added([number(-1.25e-5 * k) for k in range(1, 12)])
    for row in rows(Line(identifier("a"), right))[1:]:
        assert row[2].startswith("+(−")
