"""Columns of digits that are no numbers."""

import pytest

from bprop.sources.codes import LONG, PHONE, QUOTED, VERSION, ZEROS, begin_as_code, codes_in, unquoted

CODES = {
    ("01234", "99501"): ZEROS,
    ("007", "1"): ZEROS,
    ("1234567890123456", "9999567890123456"): LONG,
    ("+49 170 1234567", "+15551234567"): PHONE,
    ("1.2.3", "1.2"): VERSION,
    ("v1.0.1", "2.0.0rc1"): VERSION,
    ('="00123"', '="4"'): QUOTED,
    ("0", "10"): "",
    ("0.5", "1"): "",
    ("12345678901234567", "1"): "",
    ("1.2", "3.4"): "",
    ("1.234.567", "999.500", "12", "0"): "",
    ("1.234.567", "1.2.3"): VERSION,
    ("1.2.3", "1.2", "2.5"): "",
    ("red", "01"): "",
    ("+5", "+6"): "",
    (): "",
}


@pytest.mark.parametrize("cells", CODES)
def test_codes(cells):
    assert codes_in(list(cells)) == CODES[cells]


def test_cells_that_begin_as_codes_do():
    assert begin_as_code(["1", "01"])
    assert begin_as_code(["+5"])
    assert not begin_as_code(["0", "10", "0.5"])


def test_the_text_in_quotes_of_excel():
    assert unquoted('="00123"') == "00123"
    assert unquoted("=5") == "=5"
