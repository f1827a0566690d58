"""The numbers of a rule are separated from its structure."""

import json

import pytest

from bprop.rules import SGD, Adam, AdamW, schedules
from bprop.rules.runtime import Paced, is_known, is_number, numbers_of, structure_of, with_numbers


@pytest.mark.parametrize(("value", "expected"), [(1, True), (0.5, True), (True, False), ("1", False), (None, False)])
def test_a_number_is_an_int_or_a_float_but_no_bool(value, expected):
    assert is_number(value) is expected


def test_the_numbers_of_a_rule_have_paths():
    rule = SGD(0.5, momentum=0.9, nesterov=True, clip_norm=2)
    assert numbers_of(rule) == {"learning_rate": 0.5, "momentum": 0.9, "clip_norm": 2.0}


def test_the_numbers_of_nested_schedules_have_paths():
    rule = Adam(schedules.warm_up(10, schedules.cosine(0.1, 200)))
    found = numbers_of(rule)
    assert found["learning_rate.updates"] == 10
    assert found["learning_rate.after.rate"] == 0.1
    assert found["learning_rate.after.updates"] == 200
    assert found["learning_rate.after.final"] == 0


def test_numbers_survive_json():
    rule = SGD(schedules.step(0.1, 0.5, 30), momentum=0.3)
    assert with_numbers(rule, json.loads(json.dumps(numbers_of(rule)))) == rule


def test_other_numbers_leave_the_rule_itself_as_it_was():
    rule = SGD(schedules.decreasing(0.1, 0.01))
    other = with_numbers(rule, {"learning_rate.rate": 0.7, "learning_rate.decrease_constant": 0.2})
    assert other == SGD(schedules.decreasing(0.7, 0.2))
    assert rule == SGD(schedules.decreasing(0.1, 0.01))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (SGD(0.1), SGD(0.2)),
        (SGD(0.1, momentum=0.5), SGD(3, momentum=0.9)),
        (Adam(0.1, beta1=0.5), Adam(0.01, epsilon=1.0)),
        (SGD(schedules.step(0.1, 0.5, 10)), SGD(schedules.step(0.2, 0.1, 20))),
    ],
)
def test_rules_that_differ_in_numbers_have_one_structure(one, two):
    assert structure_of(one) == structure_of(two)
    assert hash(structure_of(one)) == hash(structure_of(two))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (SGD(0.1), Adam(0.1)),
        (Adam(0.1), AdamW(0.1)),
        (SGD(0.1), SGD(0.1, momentum=0.5)),
        (SGD(0.1, momentum=0.5), SGD(0.1, momentum=0.5, nesterov=True)),
        (SGD(0.1), SGD(schedules.constant(0.1))),
        (SGD(schedules.constant(0.1)), SGD(schedules.warm_up(3, schedules.constant(0.1)))),
        (SGD(0.1), SGD(0.1, clip_norm=1.0)),
    ],
)
def test_rules_that_differ_in_more_than_numbers_differ_in_structure(one, two):
    assert structure_of(one) != structure_of(two)


def test_a_rule_of_the_library_with_plain_fields_is_known():
    class Mine(SGD):
        pass

    class Plan(schedules.constant):
        pass

    known = [SGD(), Adam(clip_norm=1), SGD(schedules.warm_up(2, schedules.cosine(0.1, 4)), momentum=0.5, nesterov=True)]
    assert [is_known(rule) for rule in known] == [True] * 3
    assert [is_known(rule) for rule in (Mine(), SGD(Plan(0.1)), object())] == [False] * 3


def test_a_paced_rule_uses_the_rate_of_the_engine():
    moved, state = Paced(SGD(9.0), 0.5).step({"a": 1.0}, {"a": 1.0}, {}, 0)
    assert (moved, state) == ({"a": 0.5}, {})
