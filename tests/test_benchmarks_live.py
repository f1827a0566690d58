"""The benchmark of the live page works."""

from benchmarks.health import SMALL
from benchmarks.live import measure


def test_a_small_case_is_measured():
    speed, ratio = measure(SMALL[0], rounds=1, engine="numpy")
    assert speed > 0 and ratio > 0
