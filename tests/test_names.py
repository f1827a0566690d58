"""Names in errors: lists of them, shortened, and the one that was perhaps meant."""

import pytest

from bprop.names import closest, known, matching, perhaps, some

NAMES = ["W1", "b1", "W2", "W[1]"]
COLUMNS = ["Age", "income-per-year", "hours_per_week", "Größe", "x1", "x2", "native country"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("age", "Age"), ("AGE", "Age"),
        ("agee", "Age"), ("income_per_year", "income-per-year"), ("Incme", "income-per-year"),
        ("hours per week", "hours_per_week"), ("grösse", "Größe"), ("country", "native country"),
        ("zzz", None), ("", None), ("%%", None),
    ],
)  # fmt: skip
def test_the_name_that_is_most_like_it_whatever_its_case_blanks_and_marks(typed, meant):
    assert closest(typed, COLUMNS) == meant


def test_the_first_of_two_names_that_are_alike_is_offered():
    assert closest("beta", ["beta1", "beta2"]) == "beta1"


def test_a_name_as_a_whole_comes_before_a_word_of_one():
    assert closest("income", ["total income", "incomes"]) == "incomes"


def test_no_name_is_offered_where_none_is_like_it():
    assert perhaps("zzz", COLUMNS) == ""
    assert perhaps("agE", COLUMNS) == "; did you mean 'Age'?"


def test_long_lists_are_shortened_and_the_name_is_still_offered():
    names = [f"column {k}" for k in range(1000)] + ["price"]
    text = known("prise", names)
    assert text.startswith("column 0, column 1, ") and text.endswith(" and 981 more; did you mean 'price'?")
    assert some([]) == "" and known("a", []) == "none"


def test_a_very_long_name_is_compared_by_its_beginning():
    assert closest("a" * 10**6, ["b" * 10**6, "a" * 150]) == "a" * 150


@pytest.mark.parametrize(
    ("pattern", "names"),
    [("W1", ["W1"]), ("W*", ["W1", "W2", "W[1]"]), ("?1", ["W1", "b1"]), ("W[1]", ["W[1]"]), ("w1", []), ("*", NAMES)],
)
def test_patterns_fit_names_as_in_a_shell(pattern, names):
    assert matching(pattern, NAMES) == names
