"""Dates as people and programs write them."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop.sources.dates.read import CONTRADICTORY, SETTLED, UNCLEAR, read_dates, read_either_way, two_ways

DAY = "2024-05-31"
SAME_DAY = [
    "2024-05-31", "2024/05/31", "2024/5/31", "2024.05.31", "2024 05 31", "31.05.2024", "31.5.2024", "31.5.24",
    "05/31/2024", "5/31/24", "31/05/2024", "31-05-2024", "31 May 2024", "31-May-24", "31-MAY-2024", "may 31 2024",
    "May 31, 2024", "May 31st, 2024", "31st of May 2024", "2024-May-31", "2024 May 31", "Friday, 31 May 2024",
    "Fri 05/31/2024", "31. Mai 2024", "Freitag, 31. Mai 2024", "31 mai 2024", "31 de mayo de 2024", "31 mei 2024",
    "31 maggio 2024",
    "31 maj 2024", "31. mai 2024", "31 мая 2024", "31 Mayıs 2024", "31. toukokuuta 2024",
    "31 de maio de 2024", "2024-152", "2024-W22-5", "2024W225", "20240531",
    "2024-05-31Z", "2024-05-31+02:00", "2024-05-31 UTC", "31/May/2024", "31MAY2024", "31may24",
    "2024年5月31日", "2024年05月31日", "2024년 5월 31일", "31\u00a0May\u00a02024", "2024\u201305\u201331",
]  # fmt: skip
SAME_MOMENT = [  # 2024-05-31 13:30:15
    "2024-05-31 13:30:15", "2024-05-31T13:30:15", "2024-05-31T13:30:15Z", "2024-05-31T13:30:15.000000000",
    "2024-05-31 13:30:15+00:00", "2024-05-31T15:30:15+02:00", "2024-05-31T15:30:15+0200", "2024-05-31T08:30:15-05",
    "2024-05-31 13:30:15 UTC", "2024-05-31 09:30:15 EDT", "2024-05-31T15:30:15+02:00[Europe/Berlin]",
    "05/31/2024 1:30:15 PM", "5/31/2024 01:30:15pm", "31.05.2024 13:30:15", "31.05.2024, 13:30:15 Uhr",
    "31 May 2024 1:30:15 p.m.", "Fri, 31 May 2024 13:30:15 GMT", "Fri, 31 May 2024 13:30:15 +0000 (UTC)",
    "Fri May 31 13:30:15 2024", "Fri May 31 13:30:15 UTC 2024", "20240531T133015Z", "20240531133015",
    "31/May/2024:15:30:15 +0200", "[31/May/2024:13:30:15 +0000]", "5/31/2024, 1:30:15\u202fPM",
    "2024/05/31 3:30:15 PM GMT+2", "2024/05/31 7:00:15 PM GMT+5:30", "2024-05-31 09:30:15 UTC-04:00",
    "31MAY2024:13:30:15", "31may2024 13:30:15", "2024年5月31日 13:30:15",
    "Fri May 31 2024 15:30:15 GMT+0200 (Central European Summer Time)",
]  # fmt: skip
FIRST_OF = {
    "2024-05": "2024-05-01", "05/2024": "2024-05-01", "May 2024": "2024-05-01", "May-24": "2024-05-01",
    "Mai 2024": "2024-05-01", "2024 May": "2024-05-01", "2024-Q2": "2024-04-01", "2024Q4": "2024-10-01",
    "Q2 2024": "2024-04-01", "2024-W22": "2024-05-27", "2020-W53-5": "2021-01-01", "1er janvier 2024": "2024-01-01",
    "15. März 2024": "2024-03-15", "31 août 2024": "2024-08-31", "31-Dec-99": "1999-12-31", "1 Sept 2024": "2024-09-01",
    "2024-01-01T24:00:00": "2024-01-02", "29.02.2000": "2000-02-29", "31-Dec-68": "2068-12-31",
}  # fmt: skip
NO_DATES = [
    "", "2024", "12:30", "2024-13-01", "2024-02-30", "31.02.2024", "2024-01-01 25:00", "2024-01-01 10:61",
    "31 Foo 2024", "31FOO2024", "31MAY2500", "2024年13月1日",
    "31 Marching 2024", "2024-05/31", "2024-366x", "2023-366", "2024-Q5", "2024-W54", "2021-W53",
    "2024-W22-8",
    "1234-56", "Q0 2024", "0000-01-01", "2024-05-31 13:30 PM", "2024-05-31 0:30 AM", "2024-05-31 10:00 XYZ",
    "2024-05-31 10:00 +2",
    "٢٠٢٤-٠٥-٣١", "soon", "20241301", "1.2.3.4", "2024-05-31 ", "99999999",
]  # fmt: skip


@pytest.mark.parametrize("cell", SAME_DAY)
def test_forms_of_a_day(cell):
    assert read_dates([cell]).values.tolist() == [datetime.datetime(2024, 5, 31)]


@pytest.mark.parametrize("cell", SAME_MOMENT)
def test_forms_of_a_day_with_a_time(cell):
    assert read_dates([cell]).values.tolist() == [datetime.datetime(2024, 5, 31, 13, 30, 15)]


@pytest.mark.parametrize("cell", FIRST_OF)
def test_months_quarters_weeks_and_days_at_the_end_of_something(cell):
    assert str(read_dates([cell]).values[0].astype("datetime64[D]")) == FIRST_OF[cell]


@pytest.mark.parametrize("cell", NO_DATES)
def test_what_is_no_date(cell):
    assert np.isnat(read_dates([cell]).values).all()


@pytest.mark.parametrize(
    ("cells", "order", "first"),
    [
        (["01/02/2024", "31/12/2023"], "dmy", "2024-02-01"),
        (["01/02/2024", "12/31/2023 10:20"], "mdy", "2024-01-02"),
        (["24/05/06", "99/12/31"], "ymd", "2024-05-06"),
        (["01.02.2024", "03.04.2024"], "dmy", "2024-02-01"),  # with points, the day is first
        (["01.02.2024", "12.31.2024"], "mdy", "2024-01-02"),  # unless the column says otherwise
        (["24-05-06", "31-05-24"], "dmy", "2006-05-24"),
    ],
)
def test_all_cells_of_a_column_decide_what_is_the_day(cells, order, first):
    read = read_dates(cells)
    assert read.order == order
    assert str(read.values[0].astype("datetime64[D]")) == first
    assert not np.isnat(read.values).any()


def test_a_column_that_leaves_the_order_open_is_not_read():
    read = read_dates(["01/02/2024", "03/04/2024", "2024-05-31"])
    assert read.order == UNCLEAR
    assert np.isnat(read.values).tolist() == [True, True, False]
    assert read_dates(["01/02/2024"], "mdy").values[0] == np.datetime64("2024-01-02", "us")


def test_a_column_with_both_orders_is_contradictory_and_two_cells_show_it():
    cells = ["13/02/2024", "02/14/2024", "01/01/2024"]
    assert read_dates(cells).order == CONTRADICTORY
    assert two_ways(cells) == ("02/14/2024", "13/02/2024")


def test_one_mistake_in_many_cells_is_no_other_order():
    cells = [f"{day}/01/2024" for day in range(1, 29)] + ["01/14/2024"]
    read = read_dates(cells)
    assert read.order == "dmy"
    assert np.isnat(read.values).tolist() == [False] * 28 + [True]


def test_eight_digits_are_dates_where_all_of_them_can_be():
    assert not np.isnat(read_dates(["20240531", "19991231"]).values).any()
    assert np.isnat(read_dates(["20240531", "20240532"]).values).all()
    assert np.isnat(read_dates(["20240531", "31415926"]).values).all()
    assert np.isnat(read_dates(["20240531", "2024-05-31"]).values).tolist() == [True, False]


def test_zones_are_noticed():
    assert read_dates(["2024-05-31T10:00+02:00"]).zones
    assert read_dates(["2024-05-31 10:00 CET"]).zones
    assert not read_dates(["2024-05-31 10:00"]).zones


WRITTEN = {
    "%Y-%m-%d": "", "%Y/%m/%d %H:%M:%S": "", "%Y-%m-%dT%H:%M:%S.%f": "", "%d.%m.%Y": "dmy", "%m/%d/%Y": "mdy",
    "%d/%m/%Y %H:%M": "dmy", "%m-%d-%Y %I:%M %p": "mdy", "%d %B %Y": "", "%b %d, %Y": "", "%d-%b-%Y": "",
    "%a, %d %b %Y %H:%M:%S GMT": "", "%a %b %d %H:%M:%S %Y": "", "%G-W%V-%u": "", "%Y-%j": "",
}  # fmt: skip


@given(
    st.lists(st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2100, 1, 1)), min_size=1, max_size=10),
    st.sampled_from(sorted(WRITTEN)),
)
def test_moments_come_back_as_they_were_written(moments, form):
    cells = [moment.strftime(form) for moment in moments]
    expected = [datetime.datetime.strptime(cell, form) for cell in cells]
    assert read_dates(cells, WRITTEN[form]).values.tolist() == expected


@given(st.lists(st.text(alphabet="0123456789-/.:T +ZWQAPMa jnuyOct", max_size=14), max_size=20))
def test_each_text_is_read_or_refused_but_never_breaks(cells):
    values = read_dates(cells).values
    assert len(values) == len(cells)
    for cell, value in zip(cells, values, strict=True):
        alone = read_dates([cell], "dmy").values[0]
        assert np.isnat(value) or value == alone or read_dates(cells).order in ("mdy", "ymd")


def test_a_settled_column_reads_only_what_all_people_read_in_one_way():
    cells = ["2024-05-31", "31.05.2024", "31 May 2024", "20240531", "05/31/2024", "31/05/2024", "31.05.24", "99991231"]
    values = read_dates(cells, SETTLED).values
    assert np.isnat(values).tolist() == [False] * 4 + [True] * 4
    assert set(values[:4].tolist()) == {datetime.datetime(2024, 5, 31)}


def test_an_order_is_sought_for_each_cell_alone():
    assert np.isnat(read_either_way(["05/31/2024", "31/05/2024", "99-05-31", "soon"])).tolist() == [False] * 3 + [True]


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        ([f"24-05-{day:02}" for day in range(1, 31)], "ymd"), ([f"99-05-{day:02}" for day in range(1, 31)], "ymd"),
        ([f"{day:02}-05-24" for day in range(1, 31)], "dmy"),
    ],
)  # fmt: skip
def test_years_of_two_digits_are_where_there_are_fewer_different_numbers(cells, order):
    assert read_dates(cells).order == order
