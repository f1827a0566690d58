"""Numbers in units of their deviation: exact in float64, whatever the precision of the network."""

import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import bprop as bp
from bprop import errors
from bprop.scaling import (
    KEY,
    MisfitError,
    Scaling,
    Units,
    is_constant,
    moments,
    need_precision,
    with_older,
)

RNG = np.random.default_rng(0)
NORMAL = RNG.normal(size=400)


@pytest.mark.parametrize("size", [1e-300, 1e-20, 1e-3, 1.0, 1e12, 1e19, 1e39, 1e290])
@pytest.mark.parametrize("offset", [0.0, 1e9, -1e12])
def test_numbers_of_any_size_and_offset_get_mean_0_and_deviation_1(size, offset):
    found = Scaling.of(size * (NORMAL + offset)).scaled(size * (NORMAL + offset), np.float32)
    expected = (NORMAL - NORMAL.mean()) / NORMAL.std()
    np.testing.assert_allclose(found, expected, atol=1e-3 if offset else 1e-6)


@given(values=st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=30), offset=st.sampled_from([0.0, 1e9, -1e15]))
@settings(max_examples=200, deadline=None)
def test_what_is_scaled_comes_back(values, offset):
    array = np.array(values) + offset
    scaling = Scaling.of(array)
    assume(scaling.deviation > 0)
    scaled = scaling.scaled(array)
    assert np.isfinite(scaled).all()
    np.testing.assert_allclose(scaling.restored(scaled), array, rtol=1e-12, atol=1e-12 * abs(array).max())


@pytest.mark.parametrize(
    "column",
    [np.full(400, 14.62), np.full(400, 0.1) * 3, np.full(400, -1e9), np.full(400, 1e-30), np.zeros(400),
     14.62 + 1.8e-15 * RNG.integers(-1, 2, 400), np.full(400, 0.1, np.float32), np.full(400, 250, np.uint8),
     (0.1 + 7e-9 * RNG.integers(-1, 2, 400)).astype(np.float32), np.full(400, 2**60)],
)  # fmt: skip
def test_a_column_that_differs_by_its_rounding_is_constant_and_stays_0_when_it_moves(column):
    assert is_constant(column)
    scaling = Scaling.of(column[:, None])
    assert scaling.scaled(1.0007 * column[:, None].astype(float)).tolist() == [[0.0]] * 400
    assert scaling.restored(np.zeros((1, 1))) == pytest.approx(float(column[0]))


@pytest.mark.parametrize(
    "column", [1e9 + NORMAL, 1.7e12 + NORMAL, 1 + 1e-12 * NORMAL, 1e-300 * NORMAL, np.arange(400) + 2**50,
               (0.1 + 1e-6 * NORMAL).astype(np.float32)],
)  # fmt: skip
def test_a_column_that_differs_by_more_is_none(column):
    assert not is_constant(column)


def test_columns_are_looked_at_one_by_one():
    mean, deviation = moments(np.stack([1e300 * NORMAL, np.full(400, 7.0), NORMAL, 1e-300 * NORMAL], axis=1))
    np.testing.assert_allclose(mean[1:3], [7, NORMAL.mean()])
    np.testing.assert_allclose(deviation / [1e300, 1, 1, 1e-300], [NORMAL.std(), 0, NORMAL.std(), NORMAL.std()])


def test_notes_bring_the_same_scaling_back():
    units = Units({"x": Scaling.of(RNG.normal(size=(9, 3))), "f": Scaling.of(NORMAL)})
    back = Units.of(json.loads(json.dumps(units.to_notes())))
    for name, scaling in units.scalings.items():
        assert back.scalings[name].mean.tobytes() == scaling.mean.tobytes()
        assert back.scalings[name].deviation.tobytes() == scaling.deviation.tobytes()
    assert Units({}).to_notes() == {}
    assert Units.of({"source": "t"}).scalings == {}


@pytest.mark.parametrize(
    "noted",
    [7, [], {"x": None}, {"x": {"mean": 0}}, {"x": {"mean": "a", "deviation": 1}}, {"x": {"mean": 0, "deviation": -1}},
     {"x": {"mean": [0, 1], "deviation": 1}}, {"x": {"mean": float("nan"), "deviation": 1}},
     {"x": {"mean": [[0], [0, 1]], "deviation": [[0], [0, 1]]}}, {"x": {"mean": {}, "deviation": {}}}],
)  # fmt: skip
def test_damaged_notes(noted):
    with pytest.raises(errors.DataError, match="damaged"):
        Units.of({KEY: noted})


def test_notes_for_inputs_of_another_shape_are_damaged():
    units = Units({"x": Scaling(np.zeros(2), np.ones(2))})
    with pytest.raises(errors.DataError, match="damaged"):
        units.scaled({"x": np.zeros((4, 3))}, np.float32)


def test_notes_of_before_format_2_say_how_several_targets_are_scaled():
    old = {"table": {"targets": ["a", "b"], "mean": [1.0, 2.0], "deviation": [3.0, 4.0]}}
    assert Units.of(with_older(old)).restored("f", np.array([[1.0, 1.0]])).tolist() == [[4, 6]]
    assert with_older({"table": {"mean": []}}) == {"table": {"mean": []}}
    assert with_older({**old, KEY: {}})[KEY] == {}
    with pytest.raises(errors.DataError, match="damaged"):
        Units.of(with_older({"table": {"mean": ["x"], "deviation": []}}))


@pytest.mark.parametrize("scalings", [{}, {"x": Scaling(np.zeros(2), np.ones(2))}])
def test_a_number_that_the_precision_does_not_hold_is_named(scalings):
    x = np.array([[0.0, 1.0], [2.0, -1e39]])
    with pytest.raises(MisfitError, match=r"input 'x', row 1, column 1: -1e\+39 is too large for float32") as caught:
        Units(scalings).scaled({"x": x}, np.float32)
    assert (caught.value.array, caught.value.row, caught.value.feature) == ("x", 1, 1)
    assert Units(scalings).scaled({"x": x}, np.float64)["x"][1, 1] == -1e39


def test_a_prediction_that_is_no_finite_number_is_named():
    units = Units({"f": Scaling(np.array(0.0), np.array(1e300))})
    assert units.answers(np.float32([1.0]), "f").tolist() == [1e300]
    with pytest.raises(MisfitError, match="row 1: the prediction is inf"):
        units.answers(np.float32([1.0, 1e30]), "f")
    with pytest.raises(MisfitError, match="row 0: the prediction is nan"):
        Units({}).answers({"g": np.float32([[0.0, np.nan]])}, "")


def test_differences_of_one_number_are_in_its_units():
    units = Units({"f": Scaling(np.array(5.0), np.array(20.0))})
    found = units.measures({"loss": 0.25, "rmse": 0.5, "mae[loss]": 0.25, "accuracy": 1.0})
    assert found == {"loss": 0.25, "rmse": 10.0, "mae[loss]": 5.0, "accuracy": 1.0}
    assert Units({}).measures({"rmse": 0.5}) == {"rmse": 0.5}


@pytest.mark.parametrize("column", [1e9 + 10 * NORMAL, 1.7e12 + 1e4 * NORMAL, (2**40 + np.arange(400))])
def test_differences_that_a_precision_rounds_away_are_refused(column):
    need_precision("y", column, np.float64)
    with pytest.raises(errors.DataError, match=r"input 'y'.*float32 cannot tell numbers near"):
        need_precision("y", column, np.float32)
    with pytest.raises(errors.DataError, match=r"column 1: float32"):
        need_precision("x", np.stack([np.zeros(400), column], axis=1), np.float32)


@pytest.mark.parametrize("column", [NORMAL, np.full(400, 1e9 + 1), 2000.5 + NORMAL, 1e-45 * NORMAL + 1, np.arange(9)])
def test_differences_that_a_precision_holds_and_constants_are_not(column):
    need_precision("x", column, np.float32)


def test_a_number_too_large_is_refused_before_training():
    with pytest.raises(errors.DataError, match=r"row 2: 1e\+39 is too large for float32"):
        need_precision("x", np.array([0.0, 1.0, 1e39]), np.float32)


def test_a_number_that_is_too_large_is_an_error_without_a_warning_before_it():
    both = np.where(NORMAL > 0, 1.7e308, -1.7e308)[:, None]  # their sum is NaN
    with pytest.raises(MisfitError, match=r"input 'x', row 0, column 0: 1.7e\+308 is too large for float32"):
        Units({}).scaled({"x": both}, np.float32)
    with pytest.raises(MisfitError, match="is too large for float32"):
        need_precision("x", both, np.float32)


def test_a_scaling_must_be_of_the_shape_of_what_it_scales():
    one, three = Scaling(np.zeros(()), np.ones(())), Scaling(np.zeros(3), np.ones(3))
    Units({"x": three, "f": one, "y": one, "z": three}).need_fit({"x": (3,), "f": (), "y": ()})
    Units({"x": one}).need_fit({"x": (3,)})
    for shape in ((), (2,), (1,), (3, 1)):
        with pytest.raises(errors.DataError, match="scale 'x' in the shape"):
            Units({"x": three}).need_fit({"x": shape})


def test_quantiles_have_the_scaling_of_f():
    one = bp.mlp([2, 1], task="regression", loss="quantile")
    two = bp.mlp([2, 2], task="regression", loss="quantile")
    of_one = Units({"f": Scaling(np.array(5.0), np.array(2.0))}).with_quantiles(one)
    np.testing.assert_array_equal(of_one.restored("quantiles", np.array([[0.0, 1.0, 2.0]])), [[5.0, 7.0, 9.0]])
    of_two = Units({"f": Scaling(np.array([5.0, 50.0]), np.array([2.0, 20.0]))}).with_quantiles(two)
    found = of_two.restored("quantiles", np.ones((1, 2, 3)))
    np.testing.assert_array_equal(found, [[[7.0] * 3, [70.0] * 3]])
    of_two.need_fit({name: box.dims[1:] for name, box in two.outputs.items()})
    plain = Units({"f": Scaling(np.array(5.0), np.array(2.0))})
    assert plain.with_quantiles(bp.mlp([2, 1], task="regression")) is plain
