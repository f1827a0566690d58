"""Stars behind numbers, amounts without their currency, and multiples: columns whose cells do not all look alike."""

from collections import Counter

import pytest

from bprop.sources.multiples import are_multiples, power_of, without_stars
from bprop.sources.number_format import NumberFormat
from bprop.sources.number_inference import spelling_of


def read(*cells):
    """(the format of a column, its numbers); None where it is no column of numbers."""
    spelling = spelling_of(Counter(cells))
    if spelling is None:
        return None
    assert NumberFormat.spelled(str(spelling.form)) == spelling.form  # as a model keeps it
    return str(spelling.form), [spelling.form.read(cell) for cell in cells]


@pytest.mark.parametrize(
    ("cells", "form", "numbers"),
    [
        (["7.1*", "5.0", "-3.1**", "6.2†"], "1,234.5*", [7.1, 5.0, -3.1, 6.2]),
        (["12,5 *", "1.234,0", "3"], "1.234,5 *", [12.5, 1234.0, 3.0]),
        (["$1,234.50", "999.25", "1234.5", "15"], "$1,234.5", [1234.5, 999.25, 1234.5, 15.0]),
        (["12,50 €", "1.234,00", "13,5"], "1.234,5 €", [12.5, 1234.0, 13.5]),
        (["(1,234)", "$5", "($6)"], "($1,234.5)", [-1234.0, 5.0, -6.0]),
        (["1.2k", "870", "3M", "0"], "1,234.5k/M", [1200.0, 870.0, 3e6, 0.0]),
        (["12.5K", "870"], "1,234.5k/M", [12500.0, 870.0]),
        (["$3.1M", "$7.6B", "-$870k"], "$1,234.5k/M", [3.1e6, 7.6e9, -870e3]),
        (["1,2 Mio.", "3,4 Mrd.", "5 Tsd."], "1.234,5k/M", [1.2e6, 3.4e9, 5e3]),
        (["₹1.5 Cr", "₹50 Lakh", "₹900"], "₹1,234.5k/M", [1.5e7, 5e6, 900.0]),
        (["3.5万", "1.2亿"], "1,234.5k/M", [35e3, 1.2e8]),
        (["1.5 Lakh", "2 cr"], "1,234.5k/M", [1.5e5, 2e7]),
        (["1.2 million", "3 billion"], "1,234.5k/M", [1.2e6, 3e9]),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_columns_are_read_whose_cells_have_stars_currencies_or_multiples_here_and_there(cells, form, numbers):
    spelled, values = read(*cells)
    assert spelled == form
    assert values == pytest.approx(numbers)


@pytest.mark.parametrize(
    "cells",
    [
        ["300.5K", "299.1", "300K"],  # kelvin, or 300,500?
        ["12M", "18M", "24"], ["12m", "18", "24m"],  # months, meters
        ["5b", "6b", "7"], ["1.5 MB", "2 kB"], ["12A", "13B", "14A"], ["2T", "12M", "18M"],
        ["12 kg", "13", "14 kg", "15 kg"], ["28.5%", "0.3"], ["$5", "€6", "7"], ["R204", "R20", "17"],
    ],
    ids=lambda cells: cells[0],
)  # fmt: skip
def test_what_may_be_units_or_codes_is_not_read_as_one_kind_of_number(cells):
    assert read(*cells) is None


def test_a_column_of_one_unit_keeps_it_and_takes_no_other():
    form, values = read("1.1k", "2.2k")
    assert (form, values) == ("1,234.5k", [1.1, 2.2])
    kept = NumberFormat.spelled(form)
    assert kept.read("870") != kept.read("870")
    assert kept.read("3M") != kept.read("3M")


@pytest.mark.parametrize(("cell", "number"), [("1234.5", 1234.5), ("$12", 12.0), ("1,234", 1234.0), ("-3", -3.0)])
def test_a_model_of_amounts_takes_bare_ones(cell, number):
    assert NumberFormat.spelled("$1,234.5").read(cell) == number


@pytest.mark.parametrize("cell", ["€12", "12%", "12 kg", "1.234,5", "$12 kg"])
def test_a_model_of_amounts_takes_no_other_currency_or_unit(cell):
    value = NumberFormat.spelled("$1,234.5").read(cell)
    assert value != value


def test_a_model_of_numbers_with_a_unit_takes_no_bare_ones():
    for form in ("1,234.5 kg", "12%", "$12/h"):
        value = NumberFormat.spelled(form).read("7")
        assert value != value


def test_suffixes_are_powers_or_none():
    assert [power_of(suffix) for suffix in ("", "k", "K", "M", "Mrd.", "bn", "kg")] == [1, 1e3, 1e3, 1e6, 1e9, 1e9, 0]
    assert [without_stars(suffix) for suffix in ("*", "**", "†", "kg", "kg*")] == ["*", "*", "*", "kg", "kg*"]


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ([("", "1.2", "k"), ("", "3", "M")], True),
        ([("", "1.2", "k"), ("$", "3", "M")], False),
        ([("", "1", "k"), ("", "2", "K")], False),
        ([("", "1.5", "M"), ("", "2.5", "")], False),
        ([("", "1.5", "M"), ("", "250", "")], True),
        ([("", "15", "M"), ("", "2", "B")], False),
        ([("", "1.5", "M"), ("", "2", "B")], True),
        ([("$", "15", "M"), ("$", "2", "")], True),
    ],
)
def test_multiples_are_of_two_powers_and_no_units(cells, answer):
    assert are_multiples(cells) is answer
