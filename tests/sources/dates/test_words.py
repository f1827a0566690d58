"""Months, days of the week and time zones by name."""

import pytest

from bprop.sources.dates.words import MONTHS, WEEKDAYS, ZONES, month_of, plain


@pytest.mark.parametrize(
    ("word", "month"),
    [
        ("May", 5),
        ("MÄRZ", 3),
        ("août", 8),
        ("févr.", 2),
        ("Sept", 9),
        ("dezembro", 12),
        ("maart", 3),
        ("foo", 0),
        ("", 0),
    ],
)
def test_months_by_name_in_several_languages(word, month):
    assert month_of(word) == month


def test_no_name_is_written_with_an_accent_or_a_capital():
    for word in (*MONTHS, *WEEKDAYS, *ZONES):
        assert word == plain(word)
        assert word == word.lower()
    assert set(MONTHS.values()) == set(range(1, 13))
