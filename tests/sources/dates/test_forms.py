"""Each form of dates has its own pattern."""

import pytest

from bprop.sources.dates.forms import FORMS, form_of

EXAMPLES = {
    "ymd": "2024-05-31", "ymd zone": "2024-05-31Z", "log": "31/May/2024:12:00:00 +0200",
    "abc": "05/31/2024", "d name y": "31 May 2024", "name d y": "May 31, 2024",
    "ctime": "Fri May 31 12:00:00 2024", "y name d": "2024-May-31", "name y": "May 2024", "name yy": "May-24",
    "y name": "2024 May", "y m": "2024-05", "m y": "05/2024", "quarter": "2024-Q2", "quarter y": "Q2 2024",
    "week": "2024-W22", "ordinal": "2024-152", "packed": "20240531",
    "packed name": "31MAY2024", "signs": "2024年5月31日",
}  # fmt: skip


def test_each_form_has_an_example():
    assert EXAMPLES.keys() == FORMS.keys()


@pytest.mark.parametrize("form", FORMS)
def test_an_example_has_its_form_and_no_other_before_it(form):
    read = form_of(EXAMPLES[form])
    assert read is not None
    assert read[0] == form


@pytest.mark.parametrize("cell", ["31 Foo 2024", "Foo 31 May 2024", "2024-05-31 10:00 FOO", "٣١.٠٥.٢٠٢٤"])
def test_words_that_are_no_names_and_digits_of_other_scripts_make_no_date(cell):
    assert form_of(cell) is None
