"""The benchmark of health: a small case runs, and a table comes out."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks are beside the package, not in it

from benchmarks import health


def test_a_small_case_gives_a_line_of_the_table():
    (case,) = health.SMALL
    found = health.measure(case, 2, engine="numpy")
    assert set(found) == {"off", "auto", "every epoch"}
    assert all(len(pairs) == 2 for pairs in found.values())
    assert [looks for _, looks in found["off"]] == [0, 0]
    assert [looks for _, looks in found["every epoch"]] == [3, 3]
    assert len(health.row(case, found)) == len(health.HEAD)


def test_ratios_are_those_of_a_round():
    (case,) = health.SMALL
    found = {"off": [(100.0, 0), (200.0, 0), (50.0, 0)], "auto": [(99.0, 2), (196.0, 2), (50.0, 2)],
             "every epoch": [(50.0, 3), (100.0, 3), (25.0, 3)]}  # fmt: skip
    assert health.row(case, found) == [case.name, "100", "0.990", "0.500", "2 of 3"]
