"""Rows of a table as one array for an estimator."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from bprop.architecture import Architecture
from bprop.estimators.encoder import Encoder, table_network, weighted
from bprop.scaling import Scaling
from bprop.sources.answer import Answer
from bprop.sources.frames import frame_of

ANSWER = Answer(("y",), "classification", None)


def frame():
    return frame_of({"size": [1.5, 2.5, 4.0] * 30, "town": [f"t{k % 30}" for k in range(90)]}).frame


def test_numbers_are_scaled_and_codes_stand_beside_them():
    encoder = Encoder.of(frame(), ANSWER, {}, "auto", None, None)
    array = encoder.encode(frame(), np.float32)
    assert array.shape == (90, 2)
    assert np.allclose([array[:, 0].mean(), array[:, 0].std()], [0, 1], atol=1e-6)
    assert set(array[:, 1]) == set(range(2, 32))


def test_the_network_takes_the_array_apart():
    encoder = Encoder.of(frame(), ANSWER, {}, "auto", None, None)
    network = table_network(Architecture((4,)), encoder, 2, None, "auto")
    arrays = network.data(encoder.encode(frame(), np.float64), np.zeros(90, int))
    assert {name: array.shape for name, array in arrays.items()} == {"x": (90, 1), "c_town": (90,), "y": (90,)}
    assert arrays["c_town"].dtype == np.int64
    assert network.hidden == ("h1",)


def test_rows_of_weight_0_teach_nothing_and_weights_are_repeats():
    y = np.arange(90.0)
    weights = np.array([1, 2, 0] * 30)
    one = Encoder.of(frame(), ANSWER, {}, "auto", y, weights)
    repeated = np.repeat(np.arange(90), weights)
    other = Encoder.of(frame().rows(repeated), ANSWER, {}, "auto", y[repeated], None)
    for name in ("x", "y"):
        for part in ("mean", "deviation"):
            assert np.allclose(
                getattr(one.units.scalings[name], part), getattr(other.units.scalings[name], part), rtol=1e-12
            )


def test_weights_of_1_weigh_nothing():
    values = np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0]])
    one, other = weighted(values, np.ones(3)), Scaling.of(values)
    assert np.allclose(one.mean, other.mean)
    assert np.allclose(one.deviation, other.deviation)
