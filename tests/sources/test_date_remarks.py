"""Hints on the dates of a table."""

import pytest

from bprop.sources.answer import Answer
from bprop.sources.column import objects
from bprop.sources.date_remarks import date_remarks
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation

DAYS = [f"2024-05-{day:02}" for day in range(1, 31)]


def hints(name, cells, kinds=None):
    others = {"x": [str(k % 7 + 0.5) for k in range(len(cells))], "y": ["a", "b"] * (len(cells) // 2)}
    columns = {name: objects(column) for name, column in {name: cells, **others}.items()}
    frame = Frame("t", columns, lambda row: f"line {row + 2}", target=("y",), source="t.csv")
    return date_remarks(Preparation.fit(frame, Answer.of(frame, ("y",), None), kinds), frame)


@pytest.mark.parametrize(("unit", "factor"), [("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)])
def test_numbers_since_1970_are_told_with_the_way_to_read_them(unit, factor):
    cells = [str((1_700_000_000 + 86_399 * (k * k % 31)) * factor) for k in range(30)]
    (line,) = hints("ts", cells)
    assert f"--kind ts=date:{unit} reads it as dates" in line
    assert hints("ts", cells, {"ts": f"date:{unit}"}) == []


def test_excels_days_are_told_where_the_name_says_date():
    cells = [str(45_000 + k * k % 31) for k in range(30)]
    assert "--kind order_date=date:excel" in hints("order_date", cells)[0]
    assert hints("price", cells) == []


@pytest.mark.parametrize("mark", ["9999-12-31", "1900-01-01", "0001-01-01"])
def test_a_day_far_from_the_others_may_stand_for_a_missing_one(mark):
    (line,) = hints("d", [*DAYS[:-2], mark, mark])
    assert f"2 cells are {mark}, far from the others (2024-05-01 to 2024-05-28): add --missing '{mark}'" in line
    assert hints("d", DAYS) == []


def test_times_of_zones_are_said_to_be_converted():
    assert "converted to UTC" in hints("d", [f"{day}T12:00:00+02:00" for day in DAYS])[0]


def test_years_of_two_digits_far_ahead_are_told():
    (line,) = hints("d", [*(f"{k}.1.69" for k in range(1, 30)), "1.1.68"])
    assert "1 cells have years of two digits that are read as 2068" in line
    assert hints("d", [*(f"{k}.1.2024" for k in range(1, 30)), "1.1.2068"]) == []
