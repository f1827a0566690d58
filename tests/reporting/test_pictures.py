"""Inputs that are pictures."""

import numpy as np
import pytest

from bprop.reporting.pictures import Pictures


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        ((5, 64), (8, 8, 1)), ((5, 784), (28, 28, 1)), ((5, 9, 12), (9, 12, 1)), ((5, 9, 12, 3), (9, 12, 3)),
        ((5, 60), None), ((5, 16), None), ((5, 9, 12, 2), None), ((5,), None),
    ],
)  # fmt: skip
def test_shapes_of_pictures(shape, found):
    pictures = Pictures.of({"x": np.ones(shape)}, {})
    assert (pictures and pictures.array.shape[1:]) == found


def test_bytes_are_from_black_to_white(rng):
    x = rng.integers(0, 17, size=(5, 64)) * 1.0
    x[0, :2] = 0, 16
    found = Pictures.of({"x": x}, {"columns": [f"pixel_{k}" for k in range(64)]}).picture(0)
    assert found["bytes"][:2] == [0, 255]
    assert found["bytes"] == np.round(255 * x[0] / 16).astype(int).tolist()


def test_columns_with_names_and_negative_numbers_are_no_pictures():
    assert Pictures.of({"x": np.ones((5, 64))}, {"columns": ["age"] * 64}) is None
    assert Pictures.of({"x": np.ones((5, 64))}, {"table": {}, "columns": ["x1"] * 64}) is None
    assert Pictures.of({"x": -np.ones((5, 64))}, {}) is None
