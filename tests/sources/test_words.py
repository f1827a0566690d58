"""Words for a missing value, and for yes and no."""

import pytest

from bprop.sources.words import AMONG_MEASURES, IN_TEXT, MARKS, MISSING, WORDS, YES_OR_NO, any_case


@pytest.mark.parametrize(
    "cell", ["", "?", "NA", "#DIV/0!", "#N/A N/A", "#value!", "\\N", "(null)", "NULL", "None", None]
)
def test_cells_that_are_missing_in_any_column(cell):
    assert cell in IN_TEXT


@pytest.mark.parametrize(
    "cell",
    ["-", "--", "...", "N.A.", "NaT", "-nan", "1.#IND", "-1.#QNAN", "nil", "unknown", "Missing", "k. A.", "n.v.", "*"],
)
def test_cells_that_are_missing_among_numbers_alone(cell):
    assert cell in AMONG_MEASURES
    assert cell not in IN_TEXT


def test_a_word_is_in_one_list_and_no_number_is_in_any():
    assert not MARKS & MISSING
    assert not (MARKS | MISSING) & set(YES_OR_NO)
    assert not any(word.strip("+-").replace(".", "", 1).isdigit() for word in MARKS | MISSING)


def test_words_of_yes_and_no_are_in_lower_case_and_come_back_from_any_case():
    assert all(spelled.lower() == word for word in WORDS for spelled in any_case(word))
    assert {"ja": 1.0, "nein": 0.0, "\u662f": 1.0}.items() <= WORDS.items()
    assert YES_OR_NO["1.0"] == YES_OR_NO["1"] == 1
