"""Dates in a form that somebody names."""

import datetime

import numpy as np
import pytest

from bprop import errors
from bprop.sources.dates.explicit import need_form, read_as, since


@pytest.mark.parametrize(
    "form", ["%m/%d/%Y", "%d.%m.%y %H:%M", "%Y%m%d", "dmy", "mdy", "ymd", "s", "ms", "us", "ns", "excel"]
)
def test_forms_that_exist(form):
    need_form(form)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("MM/DD/YYYY", "perhaps %m/%d/%Y"), ("DD.MM.YYYY HH:MM", "perhaps %d.%m.%Y %H:%M"), ("iso", "such as %m/%d/%Y"),
        ("%Q", "cannot be used"), ("%d %d", "cannot be used"),
    ],
)  # fmt: skip
def test_others_are_refused_with_the_one_that_was_perhaps_meant(form, message):
    with pytest.raises(errors.SettingError, match=message):
        need_form(form)


def test_a_format_reads_its_cells_and_those_that_can_be_read_in_one_way():
    values = read_as(["05/06/2024", "2024-05-31", "31 May 2024", "soon", "13/13/2024"], "%m/%d/%Y").values
    assert values[:3].tolist() == [datetime.datetime(2024, 5, 6), *[datetime.datetime(2024, 5, 31)] * 2]
    assert np.isnat(values[3:]).all()


def test_a_format_with_a_zone_gives_utc():
    values = read_as(["31.05.2024 12:00 +0200"], "%d.%m.%Y %H:%M %z").values
    assert values.tolist() == [datetime.datetime(2024, 5, 31, 10)]


@pytest.mark.parametrize(
    ("number", "unit"),
    [(1717113600, "s"), (1717113600000, "ms"), (1717113600e6, "us"), (1717113600e9, "ns"), (45443, "excel")],
)
def test_numbers_since_a_day(number, unit):
    assert since(np.array([number, np.nan, 1e300]), unit).tolist() == [datetime.datetime(2024, 5, 31), None, None]
