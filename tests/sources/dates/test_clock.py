"""Times of day and durations."""

import math

import pytest

from bprop.sources.dates.clock import has_one_letter, seconds_of_day, seconds_of_duration


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [("06:06", 21960), ("6:06", 21960), ("23:59:59", 86399), ("00:00", 0), ("3:15 PM", 54900), ("12:00 am", 0),
     ("12:30pm", 45000), ("3:15 p.m.", 54900), ("14:30 Uhr", 52200), ("3:15\u202fPM", 54900), ("01:00:00.5", 3600.5),
     ("14h30", 52200), ("7 h 05", 25500)],
)  # fmt: skip
def test_times_of_day(cell, seconds):
    assert seconds_of_day(cell) == seconds


@pytest.mark.parametrize(
    "cell",
    [
        "24:01",
        "12:60",
        "13:00 PM",
        "0:30 am",
        "1230",
        "12",
        "",
        "12:3",
        "-1:00",
        "1:00:61",
        "14h3",
        "14h60",
        "14h30:10",
    ],
)
def test_what_is_no_time_of_day(cell):
    assert math.isnan(seconds_of_day(cell))


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [("26:30:00", 95400), ("1:30", 5400), ("2 days 03:00:00", 183600), ("2 days, 3:00:00", 183600), ("-1:00", -3600),
     ("0 days 00:00:01.500000", 1.5), ("P1DT2H", 93600), ("PT90M", 5400), ("P2W", 1209600), ("PT0.5S", 0.5),
     ("26h30", 95400), ("-1 h 05", -3900),
     ("1h 23m", 4980), ("1h23m4s", 4984), ("2 hours 5 minutes", 7500), ("1 day", 86400), ("90s", 90),
     ("-P1DT2H", -93600), ("PT-5M", -300), ("PT1H-5M", 3300), ("+P1D", 86400), ("PT1.5H", 5400), ("\u22121:30", -5400)],
)  # fmt: skip
def test_durations(cell, seconds):
    assert seconds_of_duration(cell) == seconds


@pytest.mark.parametrize("cell", ["", "P", "12", "1.5", "h", "PT", "soon", "-", "1:2:3:4", "P-", "PT-M"])
def test_what_is_no_duration(cell):
    assert math.isnan(seconds_of_duration(cell))


def test_a_minus_of_pandas_is_of_the_days_alone():
    assert seconds_of_duration("-1 days +23:00:00") == -3600
    assert seconds_of_duration("-2 days +00:00:00.500000") == -2 * 86_400 + 0.5
    assert seconds_of_duration("-1:30:00") == -5400


def test_the_end_of_a_day_is_a_time_of_day():
    assert seconds_of_day("24:00") == 86_400


@pytest.mark.parametrize(
    ("cell", "one"), [("5m", True), ("5 d", True), ("1.5h", True), ("1h 5m", False), ("5 min", False)]
)
def test_a_number_and_one_letter_may_be_another_unit(cell, one):
    assert has_one_letter(cell) is one
