"""Arrays as tables."""

import re

import numpy as np

from bprop.notebook import numbers_of


def cells(html):
    return [re.findall(r"<td[^>]*>([^<]*)", row) for row in html.split("<tr>")[1:]]


def test_all_numbers_of_an_array_are_there():
    assert cells(numbers_of(np.array([[1.0, 2.5], [-3.0, 4.0]]))) == [["1", "2.5"], ["-3", "4"]]
    assert cells(numbers_of(np.float64(0.5))) == [["0.5"]]
    assert len(cells(numbers_of(np.zeros((2, 3, 4))))) == 6
    assert cells(numbers_of(np.zeros((0, 3)))) == []


def test_what_is_left_out_of_a_large_one_is_counted():
    html = numbers_of(np.zeros((1000, 10)), most=100)
    assert len(cells(html)) == 11 and "990 more rows" in html
    assert "136 more" in numbers_of(np.zeros(200))
