"""The toys: small data sets, the same for the same arguments."""

import numpy as np
import pytest

import bprop as bp
from bprop import toys

EVERY = {**toys.CLASSES, **toys.NUMBERS}


@pytest.mark.parametrize("name", EVERY)
def test_a_toy_is_the_same_for_the_same_seed_and_another_for_another(name):
    one, again, other = EVERY[name](50, seed=3), EVERY[name](50, seed=3), EVERY[name](50, seed=4)
    assert all(np.array_equal(one[key], again[key]) for key in ("x", "y"))
    assert not np.array_equal(one["x"], other["x"])
    assert one["x"].shape == (50, 1 if name == "sine" else 2) and one["y"].shape == (50,)


@pytest.mark.parametrize("name", toys.CLASSES)
def test_the_classes_of_a_toy_are_of_equal_size_whatever_the_rows(name):
    for rows in (1, 2, 7, 200):
        y = toys.CLASSES[name](rows)["y"]
        assert y.dtype == np.int64 and len(y) == rows
        assert abs(int((y == 0).sum()) - int((y == 1).sum())) <= 1


def test_without_noise_the_points_lie_where_the_formula_says():
    circles = bp.toys.circles(40, noise=0.0)
    assert np.allclose(np.linalg.norm(circles["x"], axis=1), np.where(circles["y"] == 0, 1.0, 0.4))
    sine = bp.toys.sine(40, noise=0.0)
    assert np.array_equal(sine["y"], np.sin(2.0 * sine["x"][:, 0]))
    hill = bp.toys.hill(40, noise=0.0)
    assert np.allclose(hill["y"], 2.0 * np.exp(-(hill["x"] ** 2).sum(axis=1)) - 1.0)


def test_xor_needs_a_hidden_layer():
    data = bp.toys.xor(400, noise=0.0)
    assert np.mean((data["x"].prod(axis=1) < 0) == data["y"]) > 0.97


def test_a_spiral_has_as_many_classes_as_arms():
    assert set(bp.toys.spiral(60, arms=3)["y"].tolist()) == {0, 1, 2}
