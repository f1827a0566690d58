"""Times of a place are converted to UTC, with the summer time of their day."""

import numpy as np
import pytest

from bprop.sources.dates.places import to_utc
from bprop.sources.dates.read import read_dates

pytest.importorskip("zoneinfo").ZoneInfo("Europe/Berlin")


def moments(*cells):
    return [str(value) for value in read_dates(cells).values.astype("datetime64[m]")]


@pytest.mark.parametrize(
    "cell",
    [
        "2024-05-31T10:00 Europe/Berlin", "2024-05-31 10:00:00 Europe/Berlin", "2024-05-31T10:00[Europe/Berlin]",
        "2024-05-31T10:00:00+02:00[Europe/Berlin]", "31.05.2024 10:00 Europe/Berlin",
        "May 31, 2024 10:00 Europe/Berlin",
        "2024-05-31T04:00 America/New_York", "2024-05-31T05:00 America/Argentina/Buenos_Aires",
        "2024-05-31T10:00[CET]",
        "2024-05-31T08:00Z[Etc/UTC]", "2024-05-31T03:00:00-05:00[Etc/GMT+5]",
    ],
)  # fmt: skip
def test_a_time_of_a_place_is_a_moment(cell):
    assert moments(cell) == ["2024-05-31T08:00"]
    assert read_dates([cell]).zones


def test_summer_time_is_that_of_the_day():
    assert moments("2024-01-31T10:00 Europe/Berlin", "2024-07-31T10:00 Europe/Berlin") == [
        "2024-01-31T09:00",
        "2024-07-31T08:00",
    ]


def test_every_cell_has_its_own_place():
    cells = ["2024-05-31T10:00 Europe/Berlin", "2024-05-31T10:00 Asia/Tokyo", "2024-05-31T10:00 Asia/Dubai"]
    assert moments(*cells) == ["2024-05-31T08:00", "2024-05-31T01:00", "2024-05-31T06:00"]


@pytest.mark.parametrize(
    "cell", ["2024-05-31T10:00 Europe/Atlantis", "2024-05-31T10:00[Etc/GMT+5]", "2024-05-31T10:00[Nowhere]"]
)
def test_a_place_that_is_not_known_is_no_time(cell):
    assert moments(cell) == ["NaT"]


def test_a_year_beyond_pythons_dates_is_told():
    values, wrong = to_utc(np.array(["2024-05-31T10:00", "20240-05-31T10:00"], "datetime64[us]"), "Europe/Berlin")
    assert (wrong.tolist(), str(values[0])[:16]) == ([False, True], "2024-05-31T08:00")
