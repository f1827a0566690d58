"""Small charts."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from bprop.notebook.curves import HEIGHT, WIDTH, Curve, curves


def lines(svg):
    return [
        p for p in ElementTree.fromstring(svg).iter("path") if "var(--b" in p.get("stroke", "") and len(p.get("d")) > 12
    ]


@pytest.mark.parametrize(
    "y", [[1.0], [3.0, 1.0, 2.0], [0.0] * 4, list(np.logspace(-6, 3, 50)), [1e300, -1e300], [5e-324]]
)
def test_a_chart_is_well_formed_and_stays_within_its_frame(y):
    svg = curves("loss", [Curve("training", range(1, len(y) + 1), y)])
    for path in lines(svg):
        for x, down in re.findall(r"[ML]([-\d.]+) ([-\d.]+)", path.get("d")):
            assert -1 <= float(x) <= WIDTH + 1 and -1 <= float(down) <= HEIGHT + 1


def test_what_is_not_finite_leaves_a_gap_and_nothing_gives_no_chart():
    svg = curves("loss", [Curve("training", range(5), [1.0, np.nan, 2.0, np.inf, 3.0])])
    assert svg.count("M") - svg.count("M52") >= 2 and "nan" not in svg and "inf" not in svg
    assert curves("loss", [Curve("training", [1], [np.nan])]) == ""


def test_a_peak_among_thousands_of_epochs_is_not_lost():
    y = np.zeros(5000)
    y[1234] = 7.0
    svg = curves("loss", [Curve("training", range(5000), list(y))])
    highest = min(float(down) for _, down in re.findall(r"[ML]([-\d.]+) ([-\d.]+)", lines(svg)[-1].get("d")))
    assert highest == 24.0 and len(svg) < 10_000


def test_it_tells_a_screen_reader_and_escapes_names():
    svg = curves("<loss>", [Curve("'training'", [1, 2], [1.0, 0.25])], 1, "best, 1")
    assert "aria-label='&lt;loss&gt;: &#x27;training&#x27; from 1 to 0.25'" in svg
    assert "best, 1" in svg


def test_values_over_many_decades_are_drawn_on_a_logarithmic_axis():
    assert "(log)" in curves("loss", [Curve("training", [1, 2], [1e-4, 1.0])])
    assert "(log)" not in curves("loss", [Curve("training", [1, 2], [0.0, 1.0])])
