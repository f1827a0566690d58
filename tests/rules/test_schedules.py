"""Every schedule at pinned numbers of updates, on NumPy, on Python's numbers and on XLA."""

from dataclasses import fields
from math import cos, pi
from types import SimpleNamespace

import numpy as np
import pytest

from bprop import errors
from bprop.rules import schedules
from bprop.rules.runtime import numbers_of, with_numbers
from bprop.rules.schedules import (
    Schedule,
    check_rate,
    constant,
    cosine,
    decreasing,
    exponential,
    not_negative,
    positive,
    rate_at,
    share,
    step,
    warm_up,
)

PINNED = [
    (constant(0.3), {0: 0.3, 1: 0.3, 10_000: 0.3}),
    (decreasing(0.1, 0.01), {0: 0.1, 1: 0.1 / 1.01, 100: 0.05, 900: 0.01}),
    (decreasing(0.1, 0.0), {0: 0.1, 77: 0.1}),
    (step(0.8, 0.5, 10), {0: 0.8, 9: 0.8, 10: 0.4, 19: 0.4, 20: 0.2, 35: 0.1}),
    (exponential(0.8, 0.5, 10), {0: 0.8, 5: 0.8 * 0.5**0.5, 10: 0.4, 20: 0.2}),
    (exponential(0.8, 0.5), {0: 0.8, 1: 0.4, 3: 0.1}),
    (cosine(1.0, 100), {0: 1.0, 25: 0.5 + 0.5 * cos(pi / 4), 50: 0.5, 100: 0.0, 1000: 0.0}),
    (cosine(1.0, 100, final=0.2), {0: 1.0, 50: 0.6, 100: 0.2, 101: 0.2}),
    (warm_up(4, 0.8), {0: 0.2, 1: 0.4, 3: 0.8, 4: 0.8, 50: 0.8}),
    (warm_up(4, decreasing(0.8, 1.0)), {0: 0.2, 3: 0.8, 4: 0.8, 5: 0.4, 7: 0.2}),
    (warm_up(2, step(0.8, 0.5, 3)), {0: 0.4, 1: 0.8, 2: 0.8, 4: 0.8, 5: 0.4}),
]
pinned = pytest.mark.parametrize(("schedule", "expected"), PINNED, ids=lambda v: str(v)[:40])


def test_every_schedule_is_pinned_here():
    ours = {cls for cls in Schedule.__subclasses__() if cls.__module__ == schedules.__name__} | {warm_up}
    assert {type(schedule) for schedule, _ in PINNED} == ours


@pinned
def test_a_schedule_has_its_rates(schedule, expected):
    for t, rate in expected.items():
        assert schedule(t) == pytest.approx(rate, rel=1e-14, abs=1e-16)


@pinned
def test_a_schedule_takes_arrays(schedule, expected):
    found = np.broadcast_to(schedule(np.array(list(expected))), len(expected))
    np.testing.assert_allclose(found, list(expected.values()), rtol=1e-14, atol=1e-16)


@pinned
def test_a_schedule_is_the_same_on_xla_with_its_numbers_as_arguments(schedule, expected, jax):
    with jax.enable_x64(True):
        jitted = jax.jit(lambda numbers, t: with_numbers(schedule, numbers)(t))
        for t, rate in expected.items():
            found = jitted(numbers_of(schedule), np.int32(t))
            assert found.dtype == np.float64
            assert float(found) == pytest.approx(rate, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    "make",
    [
        lambda: constant(-0.1),
        lambda: constant(float("nan")),
        lambda: constant(float("inf")),
        lambda: constant("0.1"),
        lambda: constant(True),
        lambda: decreasing(0.1, -1.0),
        lambda: step(0.1, 0.0, 5),
        lambda: step(0.1, 0.5, 0),
        lambda: exponential(0.1, -0.5),
        lambda: exponential(0.1, 0.5, every=-1),
        lambda: cosine(-0.1, 10),
        lambda: decreasing(-0.1, 1.0),
        lambda: step(-0.1, 0.5, 5),
        lambda: exponential(-0.1, 0.5),
        lambda: cosine(0.1, 0),
        lambda: cosine(0.1, 10, final=-1.0),
        lambda: warm_up(0, 0.1),
        lambda: warm_up(10, -0.1),
        lambda: warm_up(10, "fast"),
        lambda: warm_up(10, lambda t: 0.1),
    ],
)
def test_settings_out_of_range_are_refused(make):
    with pytest.raises(errors.SettingError):
        make()


def test_a_refusal_names_schedule_setting_and_value():
    with pytest.raises(errors.SettingError, match=r"step: every must be a number above 0, not -3"):
        step(0.1, 0.5, -3)


@pytest.mark.parametrize("rate", [0, 0.1, constant(0.1), warm_up(3, 0.1)])
def test_numbers_and_schedules_are_rates(rate):
    check_rate("rule", rate)


@pytest.mark.parametrize("rate", [-0.1, None, "0.1", float("nan"), True, lambda t: 0.1, [0.1]])
def test_other_things_are_no_rates(rate):
    with pytest.raises(errors.SettingError, match="rule must be a number"):
        check_rate("rule", rate)


def test_the_rate_of_a_number_is_the_number():
    assert rate_at(0.25, 17) == 0.25
    assert rate_at(decreasing(0.5, 1.0), 1) == 0.25


def test_numbers_of_numpy_become_pythons():
    made = step(np.float32(0.5), np.float64(0.5), np.int64(3))
    assert all(type(getattr(made, field.name)) in (int, float) for field in fields(made))
    assert type(warm_up(np.int64(3), np.float32(0.5)).after) is float


@pytest.mark.parametrize(
    ("check", "legal", "illegal"),
    [
        (positive, (1e-300, 1, 1e300), (0, -1e-300, float("inf"), float("nan"), True, "1", None)),
        (not_negative, (0, 0.0, 1, 1e300), (-1e-300, float("inf"), float("nan"), False, "1", None)),
        (share, (0, 0.5, 1 - 1e-16), (1, 1.0, 1.5, -1e-300, float("nan"), True, "0.5", None)),
    ],
)
def test_a_setting_is_within_its_bounds(check, legal, illegal):
    for value in legal:
        check(SimpleNamespace(one=value, two=value), "one", "two")
    for value in illegal:
        for settings in ({"one": value, "two": 0.5}, {"one": 0.5, "two": value}):
            name = next(name for name in settings if settings[name] is value)
            with pytest.raises(errors.SettingError, match=f"SimpleNamespace: {name} must be a number"):
                check(SimpleNamespace(**settings), "one", "two")
