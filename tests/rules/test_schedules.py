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
    OfFunction,
    Schedule,
    as_rate,
    constant,
    cosine,
    decreasing,
    exponential,
    not_negative,
    positive,
    rate_at,
    schedule_named,
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
        lambda: warm_up(10, lambda t: -0.1),
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
    as_rate("rule", rate)


@pytest.mark.parametrize("rate", [-0.1, None, "0.1", float("nan"), float("inf"), True, [0.1]])
def test_other_things_are_no_rates(rate):
    with pytest.raises(errors.SettingError, match="rule must be a number"):
        as_rate("rule", rate)


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


def test_a_function_of_t_is_a_schedule_one_number_at_a_time():
    times = []
    schedule = as_rate("SGD: learning_rate", lambda t: times.append(t) or (0.1 if t < 2 else 0.01))
    assert isinstance(schedule, OfFunction) and as_rate("x", schedule) is schedule
    np.testing.assert_array_equal(schedule(np.arange(4)), [0.1, 0.1, 0.01, 0.01])
    assert times == [0, 0, 1, 2, 3] and all(type(t) is int for t in times)
    assert schedule(5) == 0.01 and "lambda" in repr(schedule)


def test_a_function_of_t_may_stand_in_a_warm_up():
    schedule = warm_up(2, lambda t: 0.8 / (1 + t))
    np.testing.assert_allclose(schedule(np.arange(5)), [0.4, 0.8, 0.8, 0.4, 0.8 / 3])


@pytest.mark.parametrize(
    ("make", "error", "cure"),
    [
        (lambda: OfFunction(lambda: 0.1), errors.CallError, r"called as f\(t\)"),
        (lambda: OfFunction(lambda epoch, rate: 0.1), errors.CallError, r"called as f\(t\)"),
        (lambda: OfFunction(lambda t: "high"), errors.SettingError, "gave 'high' for t = 0"),
        (lambda: OfFunction(lambda t: None), errors.SettingError, "gave None"),
        (lambda: OfFunction(lambda t: -0.1), errors.SettingError, "gave -0.1"),
        (
            lambda: OfFunction(lambda t: 0.1 if t < 7 else float("nan"))(np.arange(9)),
            errors.SettingError,
            "nan for t = 7",
        ),
        (lambda: as_rate("SGD", cosine), errors.SettingError, "the class cosine: make one with its numbers"),
        (lambda: as_rate("SGD", "cosine"), errors.SettingError, "make one with its numbers"),
        (lambda: cosine(0.1, steps=100), errors.CallError, "'steps': type updates=1000"),
        (lambda: step(0.1, 0.5, evry=100), errors.CallError, "did you mean 'every'"),
    ],
)
def test_what_is_no_rate_says_what_to_type(make, error, cure):
    with pytest.raises(error, match=cure):
        make()


def test_a_number_in_an_array_is_a_number():
    assert as_rate("SGD", np.array(0.1)) == 0.1


def test_a_schedule_that_does_not_exist_names_the_nearest():
    with pytest.raises(AttributeError, match="'Cosine'; did you mean 'cosine'"):
        schedules.Cosine  # noqa: B018


def test_a_schedule_of_ones_own_with_other_arguments_shows_the_right_ones():
    with pytest.raises(errors.CallError, match=r"write def __call__\(self, t\) -> the rate after t updates"):

        class NoTime(Schedule, named=False):
            def __call__(self):
                return self.rate


def test_a_schedule_of_ones_own_without_a_dataclass_says_so():
    class Undecorated(Schedule, named=False):
        delay: float = 1.0

        def __call__(self, t):
            return self.rate / (self.delay + t)

    with pytest.raises(errors.CallError, match=r"write @dataclass\(frozen=True\)"):
        Undecorated(0.1, delay=2.0)


def test_a_schedule_is_known_by_its_name():
    assert schedule_named("cosine") is type(schedules.cosine(0.1, 9))
    with pytest.raises(errors.UnknownNameError, match=r"^'cosinus' is not one of .*cosine"):
        schedule_named("cosinus")


def test_a_field_without_a_value_of_its_type_is_no_argument_either():
    class Undecorated(Schedule, named=False):
        delay: "Delay" = 1.0  # noqa: F821

        def __call__(self, t):
            return self.rate / (self.delay + t)

    with pytest.raises(errors.CallError, match=r"write @dataclass\(frozen=True\)|has no argument 'delay'"):
        Undecorated(0.1, delay=2.0)
