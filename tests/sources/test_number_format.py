"""How a column writes its numbers."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop import errors
from bprop.sources.number_format import PLAIN, NumberFormat, parts_of, plain, unit_of

MARKS = [(".", ""), (",", ""), (".", ","), (",", "."), (".", " "), (",", " "), (".", "'"), (",", "'")]
FORMATS = st.builds(
    lambda marks, prefix, suffix, brackets, lakh, spaced: NumberFormat(
        *marks, prefix, suffix, brackets, lakh and marks == (".", ","), spaced and bool(suffix)
    ),
    st.sampled_from(MARKS), st.sampled_from(["", "$", "€", "CHF", "R$", "kr"]),
    st.sampled_from(["", "%", "kg", "€", "km/h", "zł", "°C"]), st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip


def written(form, value, digits):
    """A number as people write it in a format."""
    whole, _, fraction = f"{abs(value):.{digits}f}".partition(".")
    groups = []
    size = 3
    while len(whole) > size:
        groups.insert(0, whole[-size:])
        whole, size = whole[:-size], 2 if form.lakh else 3
    text = form.thousands.join([whole, *groups]) + (form.decimal + fraction if fraction else "")
    text = f"{form.prefix}{' ' * form.prefix.isalpha()}{text}{' ' * form.spaced}{form.suffix}"
    return (f"({text})" if form.brackets else f"-{text}") if value < 0 else text


@given(FORMATS, st.integers(-(10**12), 10**12), st.integers(0, 6))
def test_numbers_in_any_format_read_back_exactly(form, value, digits):
    number = float(f"{value / 1000:.{digits}f}")
    assert form.read(written(form, number, digits)) == number


@given(FORMATS)
def test_an_example_says_the_whole_format(form):
    assert NumberFormat.spelled(str(form)) == form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1.234,5", NumberFormat(",", ".")), ("1,234.56", NumberFormat(".", ",")), ("12.345,67 €", NumberFormat(",",
        ".", suffix="€", spaced=True)),
        ("1234,5", NumberFormat(",")), ("3,14", NumberFormat(",")), ("1.234.567", NumberFormat(",", ".")), ("de",
        NumberFormat(",", ".")),
        ("de_AT", NumberFormat(",", ".")), ("US", NumberFormat(".", ",")), ("ch", NumberFormat(".", "'")),
        ("1\u202f234,5", NumberFormat(",", " ")),
        ("fr", NumberFormat(",", " ")), ("in", NumberFormat(".", ",", lakh=True)), ("(1,234.5)", NumberFormat(".",
        ",", brackets=True)), ("12", PLAIN),
    ],
)  # fmt: skip
def test_a_format_is_spelled_by_an_example_or_a_country(text, form):
    assert NumberFormat.spelled(text) == form


@pytest.mark.parametrize("text", ["1.234", "1,234", "x", "", "1,2,3", "12,34.5", "german"])
def test_an_example_that_is_unclear_is_refused(text):
    with pytest.raises(errors.SettingError, match="an example number with its marks"):
        NumberFormat.spelled(text)


CASES = {
    ("1234,5", "-1.234,50"): None,
    ("1.234,5", "-1.234,50"): -1234.5,
    ("1.234,5", "1.234,50-"): -1234.5,
    ("1.234,5", "\u22121.234,5"): -1234.5,
    ("1.234,5", "+,5"): 0.5,
    ("1.234,5", "5,"): 5,
    ("1.234,5", "1,2E+03"): 1200,
    ("1.234,5", "12.34"): None,
    ("1.234,5", "0.123,5"): None,
    ("1 234,5", "1\u00a0234\u202f567,5"): 1234567.5,
    ("1'234.5", "1’234.50"): 1234.5,
    ("$1,234.5", "-$1,234.50"): -1234.5,
    ("$1,234.5", "$-5"): -5,
    ("$1,234.5", "$ 5"): 5,
    ("$1,234.5", "5"): 5.0,
    ("$1,234.5", "€5"): None,
    ("$1,234.5", "5 USD"): 5,
    ("€1.234,5", "1.234,50 €"): 1234.5,
    ("1.234,5 €", "EUR 5"): 5,
    ("€1.234,5", "€5 kg"): None,
    ("1,234.5", "5,940e+03"): None,
    ("1.234,5", "5,940e+03"): 5940,
    ("($1,234.5)", "$(1,234)"): -1234,
    ("($1,234.5)", "($1,234)"): -1234,
    ("1,234.5", "(1,234)"): None,
    ("1,23,456.5", "12,34,567.25"): 1234567.25,
    ("1,234.5", "1,23,456"): None,
    ("1234.5 kg", "12kg"): 12,
    ("1234.5 kg", "12 KG"): 12,
    ("1234.5 kg", "12 g"): None,
    ("1234.5 kg", "12"): None,
    ("1234.5 years", "1 year"): 1,
    ("1234.5 mW", "1 MW"): None,
    ("1234.5%", "28.8 %"): 28.8,
    ("1234.5%", "0.288"): None,
    ("1,234.5", "<0.01"): None,
    ("1,234.5", "(5"): None,
    ("1,234.5", "--5"): None,
}


@pytest.mark.parametrize(("example", "cell"), CASES)
def test_a_cell_is_read_in_its_format_or_not_at_all(example, cell):
    value, expected = NumberFormat.spelled(example).read(cell), CASES[example, cell]
    assert value == expected or (expected is None and math.isnan(value))


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1e5", 1e5), ("1.2E+03", 1200), ("1.5D+03", 1500), ("-.5d-01", -0.05), ("12-", -12), ("\u22123", -3), (".5",
    0.5), ("5.", 5), ("+5", 5)],
)  # fmt: skip
def test_plain_numbers_of_every_program(cell, value):
    assert plain(cell) == value


@pytest.mark.parametrize("cell", ["1_000", "12D4", "1D+03", "x", "", "-", "5--", "1 2", "0x10"])
def test_what_is_no_plain_number(cell):
    assert np.isnan(plain(cell))


def test_the_parts_of_a_cell():
    parts = parts_of("-R$ 1.234,50")
    assert parts is not None
    assert (parts.negative, parts.prefix, parts.core, parts.suffix) == (True, "R$", "1.234,50", "")
    assert parts_of("person 7") is None
    assert parts_of("red") is None


def test_units_that_are_the_same():
    assert unit_of("years") == unit_of("Year")
    assert unit_of("hrs") == unit_of("hr")
    assert unit_of("ms") != unit_of("m")
    assert unit_of("mW") != unit_of("MW")


def test_a_plain_format_is_that_of_python():
    assert PLAIN.is_plain
    assert not replace(PLAIN, suffix="%").is_plain
