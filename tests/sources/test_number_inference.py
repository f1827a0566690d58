"""The format that fits every cell of a column."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.test_number_format import FORMATS, written

from bprop.sources.number_format import NumberFormat
from bprop.sources.number_inference import Hint, decimal_of, is_number, may_be_thousands, spelling_of

SEMICOLON = Hint(delimiter=";")


NO_HINT = Hint()


def inferred(*cells, hint=NO_HINT):
    return spelling_of(dict.fromkeys(cells, 1), hint)


FITTING = {
    ("36215,13", "1,5"): "1.234,5",
    ("$1,234.50", "$5.00"): "$1,234.5",
    ("28,5%", "3,1%"): "1.234,5%",
    ("1 234,5 kg", "5 kg"): "1 234,5 kg",
    ("1\u00a0234,5", "5,25"): "1 234,5",
    ("1'234.50", "12.10"): "1'234.5",
    ("1,23,456", "12,345"): "1,23,456.5",
    ("1.234.567,8", "0,5"): "1.234,5",
    ("1.234.567", "12"): "1.234,5",
    ("5 years", "1 year"): "1234.5 years",
    ("180cm", "175cm"): "1234.5cm",
    ("45 min", "3 min"): "1234.5 min",
    ("12 rooms", "3 rooms"): "1234.5 rooms",
    ("R$ 1.234,50", "R$ 3,00"): "R$1.234,5",
    ("1.234,50 kr", "3,00 kr"): "1.234,5 kr",
    ("CHF 12.50", "CHF 1'200.00"): "CHF 1'234.5",
    ("($1,234.00)", "$5.25"): "($1,234.5)",
    ("0,123", "0,456"): "1.234,5",
    ("1,2E+03", "5"): "1.234,5",
    ("12-", "13"): "1234.5",
    ("0", "$4.99"): "$1,234.5",
    ("0", "0,00", "3,5 %"): "1.234,5 %",
}


@pytest.mark.parametrize("cells", FITTING)
def test_the_format_of_a_column(cells):
    spelling = inferred(*cells)
    assert spelling is not None
    assert (str(spelling.form), spelling.doubt) == (FITTING[cells], "")


@pytest.mark.parametrize(
    "cells",
    [("12 kg", "3 lb"), ("1st", "2nd"), ("$5", "€5"), ("red", "blue"), ("12 Jan", "13 Jan"), ("10 AM", "11 AM"),
    ("person 1", "person 2"),
     ("1.2.3", "1.2.4"), ("12/14", "3/4"), ("1,2,3", "4,5"), ("#1", "#2"), ("5 kg", "5", "6"), ()],
)  # fmt: skip
def test_cells_without_a_common_format(cells):
    spelling = inferred(*cells)
    assert spelling is None or spelling.form.is_plain


@pytest.mark.parametrize(
    "cells",
    [("rs17120034", "rs1042713"), ("R204", "R17"), ("13A", "13B", "13A"), *[(*["13A"] * 19, "09B")]],
)
def test_digits_with_a_letter_are_codes(cells):
    assert spelling_of(Counter(cells)) is None


def test_money_and_units_of_one_letter_are_numbers_where_all_cells_have_them():
    assert inferred("Rs 1,204", "Rs 17") is not None
    assert inferred("R1,204.50", "R17.00") is not None
    assert inferred("13V", "12V", "5V") is not None


def test_zero_needs_no_unit_and_other_numbers_do():
    spelling = spelling_of({"0": 60, "$4.99": 20, "$2.99": 20}, NO_HINT)
    assert spelling is not None
    assert [spelling.form.read(cell) for cell in ("0", "0.00", "$4.99")] == [0.0, 0.0, 4.99]
    heavy = spelling_of({"0": 60, "4.99 kg": 20, "2.99 kg": 20}, NO_HINT)
    assert heavy is not None
    assert [heavy.form.read(cell) for cell in ("0", "4.99 kg")] == [0.0, 4.99]
    assert np.isnan(heavy.form.read("5"))
    assert str(inferred("0", "0", "5").form) == "1234.5"
    assert inferred("0", "R204", "R207") is None


def test_what_settles_thousands_or_fractions():
    both = ("1,234", "2,345")
    alone = inferred(*both)
    assert (str(alone.form), alone.doubt, str(alone.other)) == ("1,234.5", "1,234", "1234,5")
    by_delimiter = inferred(*both, hint=SEMICOLON)
    assert (by_delimiter.form.decimal, by_delimiter.doubt) == (",", "1,234")
    for decimal in ".,":
        by_others = inferred(*both, hint=Hint(decimal))
        assert (by_others.form.decimal, by_others.doubt) == (decimal, "")
    assert inferred("1.234", "2.345", hint=Hint(",")).form == NumberFormat(",", ".")
    assert inferred("1.234", "2.345").form.is_plain
    assert (inferred("1,234 €", "2,345 €", hint=SEMICOLON).form.thousands) == ","


def test_many_numbers_with_three_digits_behind_the_mark_beside_whole_ones_are_thousands():
    cells = [str(k) for k in range(900, 950)] + [f"{k}.{k * 7 % 900 + 100}" for k in range(1, 50)]
    german = inferred(*cells, hint=SEMICOLON)
    assert german.form == NumberFormat(",", ".")
    american = inferred(*cells)
    assert american.form.is_plain
    assert american.doubt


@given(FORMATS, st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=20))
def test_numbers_in_any_format_are_recognised_and_read_back(form, values):
    numbers = [value / 100 for value in values] + [1234567.25, -0.5, 12.75]
    if form.prefix and form.suffix:
        return
    spelling = inferred(*[written(form, number, 2) for number in numbers])
    assert spelling is not None
    assert [spelling.form.read(written(form, number, 2)) for number in numbers] == numbers
    assert not spelling.doubt


def test_a_few_bad_cells_do_not_hide_the_format():
    cells = [f"{k},5" for k in range(30)]
    assert inferred(*cells, "x").form.decimal == ","
    assert inferred(*(f"{cell} kg" for cell in cells), "x").form.suffix == "kg"
    assert inferred(*(f"{cell} kg" for cell in cells), *"abcdefgh") is None


def test_the_mark_before_fractions_where_cells_leave_no_doubt():
    assert decimal_of(["36215,13", "5"]) == ","
    assert decimal_of(["2.5", "1.234"]) == "."
    assert (
        decimal_of(["1.234", "2.345"])
        == decimal_of(["1,234"])
        == decimal_of(["5"])
        == decimal_of(["red"])
        == decimal_of([])
        == ""
    )


def test_numbers_that_may_be_thousands():
    assert may_be_thousands(np.array([1.234, 950, np.nan]))
    for values in ([1.5, 1234.5], [0.5], [1.2345], [3, 4], []):
        assert not may_be_thousands(np.array(values))


def test_numbers_in_some_format():
    assert all(map(is_number, ["1", "1.234,5", "$5", "3 lb", "5%", "-2"]))
    assert not any(map(is_number, ["1.2.3", "x", "person 7", "1st", "<5"]))
