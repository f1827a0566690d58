"""Words before and behind numbers."""

import pytest

from bprop.sources.units import currency_of, is_currency, is_unit


@pytest.mark.parametrize("word", ["$", "€", "US$", "R$", "zł", "kr", "CHF", "usd", "Rs.", "元", "円"])
def test_currencies(word):
    assert is_currency(word)


@pytest.mark.parametrize("word", ["", "kg", "x", "Item", "#"])
def test_words_that_are_no_currencies(word):
    assert not is_currency(word)


@pytest.mark.parametrize(
    ("word", "spaced"),
    [
        ("kg", False),
        ("%", False),
        ("rooms", True),
        ("€", True),
        ("m²", False),
        ("sq ft", True),
        ("℃", False),
        ("º", False),
        ("pct", True),
    ],
)
def test_units(word, spaced):
    assert is_unit(word, spaced)


@pytest.mark.parametrize(
    ("word", "spaced"), [("rooms", False), ("st", False), ("Jan", True), ("PM", True), ("x1", True), ("/14", False)]
)
def test_words_that_are_no_units(word, spaced):
    assert not is_unit(word, spaced)


def test_spellings_of_a_currency():
    assert currency_of("€") == currency_of("EUR") == "eur"
    assert currency_of("CHF") == currency_of("Fr.")
    assert currency_of("CAD") == "cad"
    assert currency_of("") == ""
