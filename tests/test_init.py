from math import sqrt

import numpy as np
import pytest

from bprop import errors, init


def test_fans_come_from_the_shape():
    assert init.fans((784, 500)) == (784, 500)
    assert init.fans((3, 3, 16, 32)) == (144, 288)


@pytest.mark.parametrize("shape", [(), (5,)])
def test_fans_of_a_bias_are_refused(shape, rng):
    with pytest.raises(errors.ShapeError, match="zeros"):
        init.fans(shape)
    with pytest.raises(errors.ShapeError):
        init.glorot_uniform(rng, shape)


@pytest.mark.parametrize(
    ("initialiser", "bound"),
    [
        (init.glorot_uniform, sqrt(6) / sqrt(200 + 300)),
        (init.he_uniform, sqrt(6 / 200)),
        (init.lecun_uniform, sqrt(3 / 200)),
        (init.standard, 1 / sqrt(200)),
        (init.Scaled(1.0, "out"), sqrt(3 / 300)),
        (init.uniform(0.25), 0.25),
    ],
)
def test_uniform_initialisers_fill_their_interval(initialiser, bound, rng):
    W = initialiser(rng, (200, 300))
    assert W.shape == (200, 300)
    assert np.abs(W).max() <= bound
    assert np.abs(W).max() > 0.999 * bound
    assert W.mean() == pytest.approx(0, abs=0.01 * bound)
    assert W.std() == pytest.approx(bound / sqrt(3), rel=0.01)


@pytest.mark.parametrize(
    ("initialiser", "deviation"),
    [
        (init.glorot_normal, sqrt(2 / (200 + 300))),
        (init.he_normal, sqrt(2 / 200)),
        (init.lecun_normal, sqrt(1 / 200)),
        (init.normal(0.3), 0.3),
        (init.normal(), 0.01),
    ],
)
def test_normal_initialisers_have_their_deviation(initialiser, deviation, rng):
    W = initialiser(rng, (200, 300))
    assert W.std() == pytest.approx(deviation, rel=0.01)
    assert np.abs(W).max() > 3 * deviation


def test_constants(rng):
    np.testing.assert_array_equal(init.zeros(rng, (2, 3)), np.zeros((2, 3)))
    np.testing.assert_array_equal(init.ones(rng, ()), 1.0)
    np.testing.assert_array_equal(init.constant(2)(rng, (2,)), [2.0, 2.0])
    assert init.constant(2)(rng, (2,)).dtype == np.float64


def test_signs_are_1_or_minus_1_as_often(rng):
    W = init.signs(rng, (200, 300))
    assert set(np.unique(W)) == {-1.0, 1.0}
    assert abs(W.mean()) < 0.02
    assert init.Signs() == init.signs


def test_the_default_is_glorot_for_weights_and_zero_for_biases():
    assert init.default((3, 4)) is init.glorot_uniform
    assert init.default((3,)) is init.zeros
    assert init.default(()) is init.zeros


def test_the_same_generator_state_draws_the_same():
    draws = [init.glorot_uniform(np.random.default_rng(3), (4, 5)) for _ in range(2)]
    np.testing.assert_array_equal(*draws)


@pytest.mark.parametrize(
    "make",
    [
        lambda: init.Uniform(-1.0),
        lambda: init.Uniform(float("nan")),
        lambda: init.Normal(-0.1),
        lambda: init.Scaled(0.0, "in"),
        lambda: init.Scaled(1.0, "sideways"),
    ],
)
def test_illegal_settings_are_refused(make):
    with pytest.raises(errors.SettingError):
        make()


def test_initialisers_are_values():
    assert init.Uniform(0.5) == init.uniform(0.5)
    with pytest.raises(AttributeError):
        init.zeros.value = 3.0


def test_a_bound_and_a_deviation_of_0_are_legal(rng):
    assert (init.uniform(0.0)(rng, (2, 3)) == 0).all()
    assert (init.normal(0.0)(rng, (2, 3)) == 0).all()


@pytest.mark.parametrize("function", [np.zeros, lambda shape: np.zeros(shape), lambda rng, shape: np.zeros(shape)])
def test_a_function_takes_the_shape_with_or_without_a_generator(function):
    make = init.as_initialiser(function, (4, 3), "W")
    np.testing.assert_array_equal(init.initial(make, np.random.default_rng(0), (4, 3), "W"), np.zeros((4, 3)))


def test_a_function_that_fails_names_the_parameter_and_how_it_is_called(rng):
    def wrong(rng, shape):
        raise ZeroDivisionError("oh")

    with pytest.raises(
        errors.SettingError, match=r"of W failed, called as init\(rng, \(2, 3\)\): ZeroDivisionError: oh"
    ):
        init.initial(wrong, rng, (2, 3), "W")


def test_names_are_those_of_the_module_whatever_their_case():
    for name, initialiser in init.NAMED.items():
        assert init.as_initialiser(name.upper(), (3, 4), "W") is initialiser
        assert getattr(init, name) in (initialiser, type(initialiser))


def test_an_array_to_start_from_is_a_copy_that_does_not_change(rng):
    array = np.ones((2, 2))
    make = init.as_initialiser(array, (2, 2), "W")
    array[0, 0] = 5
    first = init.initial(make, rng, (2, 2), "W")
    first[0, 0] = 7
    np.testing.assert_array_equal(init.initial(make, rng, (2, 2), "W"), np.ones((2, 2)))


def test_a_function_that_does_not_tell_its_arguments_is_called_with_rng_and_shape():
    class Untold:
        __signature__ = "none"

        def __call__(self, rng, shape):
            return np.full(shape, rng.random())

    function = Untold()
    assert init._of_function(function, "W") is function
