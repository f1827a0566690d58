"""A rule as lines of text: everything that its results depend on has a line."""

from collections import namedtuple
from enum import Enum
from functools import partial

import numpy as np
import pytest

from bprop.rules import description
from bprop.rules.description import CODE, PYTHON, UNKNOWN, Description

FACTOR = 3


def lines(value):
    return Description(value).lines


def around(rate):
    return lambda t: rate * FACTOR


class Slotted:
    __slots__ = ("a",)

    def __init__(self):
        self.a = 7


class Held:
    def __init__(self, rate):
        self.rate = rate

    def __call__(self, t):
        return self.rate * 0.25


def test_numbers_texts_and_truth_values_are_themselves():
    assert lines([1, 2.5, "a", None, True, np.float32(0.5), np.int64(3)]) == {
        "rule": "builtins.list", "rule[0]": "1", "rule[1]": "2.5", "rule[2]": "'a'", "rule[3]": "None",
        "rule[4]": "True", "rule[5]": "0.5", "rule[6]": "3",
    }  # fmt: skip


def test_whole_numbers_are_alike_as_ints_and_floats():
    assert lines([60]) == lines([60.0]) != lines([True])
    assert lines([float("nan"), float("inf"), -0.0]) == lines([float("nan"), float("inf"), 0.0])


def test_the_parts_of_collections_have_lines_by_index_and_name():
    Pair = namedtuple("Pair", "one other")
    found = lines({"b": Pair(1, 2), "a": {3}})
    assert found["rule['a']{0}"] == "3" and found["rule['b'].one"] == "1" and found["rule['b'].other"] == "2"
    assert lines({"a": 1, "b": 2}) == lines({"b": 2, "a": 1})


def test_a_function_is_described_with_its_closure():
    found = lines(around(0.1))
    assert found["rule.rate"] == "0.1" and found["rule (FACTOR)"] == "3"
    assert found[PYTHON] and found["rule" + CODE] == lines(around(0.2))["rule" + CODE]


def test_defaults_count():
    assert lines(lambda t, rate=0.1: rate) != lines(lambda t, rate=0.2: rate)
    assert lines(lambda t, *, rate=0.1: rate) != lines(lambda t, *, rate=0.2: rate)


def test_an_object_is_described_by_its_attributes_and_the_code_of_its_class():
    found = lines(Held(0.1))
    assert found["rule.rate"] == "0.1" and "rule.__call__()" + CODE in found
    assert found["rule.__call__() (fractions)[0]"] == "0.25"
    assert lines(Slotted())["rule.a"] == "7"


def test_functions_of_functions_are_followed():
    assert lines(partial(around, rate=0.1))["rule.keywords['rate']"] == "0.1"
    assert lines(Held(0.1).__call__)["rule.self.rate"] == "0.1"


def test_names_stand_for_the_functions_of_a_library():
    Colour = Enum("Colour", "RED")
    found = lines([np.mean, np.add, len, np.dtype("f4"), Colour.RED, np])
    assert found["rule[1]"].startswith("numpy") and found["rule[2]"] == "builtins.len"
    assert found["rule[3]"].endswith("float32") and found["rule[4]"] == "Colour Colour.RED"
    assert found["rule[5]"] == "module numpy"
    assert not any(path.endswith(CODE) for path in found)


def test_arrays_are_described_by_their_bytes():
    a = np.arange(6.0).reshape(2, 3)
    assert lines(a) == lines(a.copy(order="F")) != lines(a + 1)
    assert lines(a) != lines(a.astype("f4")) and lines(a) != lines(a.reshape(3, 2))
    assert lines(np.array(0.5)) == {"rule": "0.5"}
    assert lines(np.array([object()]))["rule"].startswith(UNKNOWN)


def test_an_object_that_occurs_twice_is_described_once_and_circles_end():
    held = Held(0.1)
    held.itself = held
    assert lines([held, held])["rule[1]"] == "as rule[0]"
    assert lines(held)["rule.itself"] == "as rule"


def test_an_unknown_object_is_marked_as_unknown():
    assert lines(np.random.default_rng(0))["rule"].startswith(UNKNOWN)
    assert lines(iter([1]))["rule"].startswith(UNKNOWN)


def test_a_description_that_is_too_long_cannot_be_compared(monkeypatch):
    monkeypatch.setattr(description, "MOST", 10)
    assert lines(list(range(8))).get("rest") is None
    assert lines(list(range(12)))["rest"].startswith(UNKNOWN)


def test_a_closure_cell_that_is_not_yet_set_has_a_line():
    def outer():
        def inner():
            return later

        found = lines(inner)
        later = 1
        return found, later

    assert outer()[0]["rule.later"] == "'not yet set'"


def test_every_optax_rule_is_described_and_no_two_are_alike():
    optax = pytest.importorskip("optax")
    schedule = optax.cosine_decay_schedule
    other = getattr(optax, "sign_sgd", optax.lion)  # from optax 0.2.4
    rules = [
        optax.sgd(0.1), optax.sgd(0.2), optax.sgd(0.1, momentum=0.9), other(0.1), optax.adam(0.1),
        optax.adam(0.1, b1=0.8), optax.adamw(0.1), optax.sgd(schedule(0.1, 100)), optax.sgd(schedule(0.1, 200)),
        optax.inject_hyperparams(optax.sgd)(0.1), optax.inject_hyperparams(optax.sgd)(0.2),
        optax.inject_hyperparams(optax.sgd)(schedule(0.1, 100)), optax.chain(optax.clip(1.0), optax.scale(-0.1)),
        optax.chain(optax.scale(-0.1), optax.clip(1.0)), optax.masked(optax.sgd(0.1), {"W": True}),
        optax.masked(optax.sgd(0.1), {"W": False}), optax.multi_transform({"a": optax.sgd(0.1)}, {"W": "a"}),
        optax.multi_transform({"a": optax.sgd(0.2)}, {"W": "a"}), optax.scale(np.array([0.1, 0.2])),
        optax.scale(np.array([0.1, 0.3])), optax.sgd(lambda t: 0.1), optax.sgd(lambda t: 0.2), optax.sgd(around(0.1)),
        optax.sgd(around(0.2)), optax.sgd(Held(0.1)), optax.sgd(Held(0.2)), optax.add_noise(0.1, 0.5, 0),
        optax.add_noise(0.1, 0.5, 1),
    ]  # fmt: skip
    found = [tuple(lines(rule).items()) for rule in rules]
    assert len(set(found)) == len(rules)
    assert not any(line.startswith(UNKNOWN) for rule in found for _, line in rule)


def test_a_random_key_of_jax_is_described():
    optax, jax = pytest.importorskip("optax"), pytest.importorskip("jax")
    one, same, other = (lines(optax.add_noise(0.1, 0.5, jax.random.key(seed))) for seed in (0, 0, 1))
    assert one == same != other


def test_a_rule_that_has_run_is_still_the_same():
    optax, jax = pytest.importorskip("optax"), pytest.importorskip("jax")
    rule = optax.adam(optax.warmup_cosine_decay_schedule(0.0, 0.1, 10, 100))
    before, theta = lines(rule), {"W": jax.numpy.ones(3)}
    jax.jit(rule.update)(theta, rule.init(theta), theta)
    assert lines(rule) == before


def test_an_array_that_cannot_be_read_is_unknown():
    class Elsewhere:
        dtype, shape = np.dtype(np.float32), (3,)

        def __array__(self, dtype=None, copy=None):
            raise RuntimeError("its memory is on another machine")

    assert list(lines(Elsewhere()).values()) == [f"{UNKNOWN}Elsewhere of float32"]
