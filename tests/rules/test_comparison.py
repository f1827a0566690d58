"""Compares the rule of a resumed run with that of its checkpoint: the same, another, or assumed to be the same."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

import bprop as bp
from bprop.rules import Foreign, comparison
from bprop.rules.comparison import differences, is_number_line, recorded, structure
from bprop.rules.description import PYTHON


class Transformation:
    """A transformation like optax's: init, update, and numbers."""

    def __init__(self, rate, more=None):
        self.rate, self.more = rate, more

    def init(self, params):
        return ()

    def update(self, grads, state, params):
        return {name: -self.rate * grad for name, grad in grads.items()}, state


@dataclass(frozen=True)
class Own(bp.Rule):
    """A rule of the user's; `decay` is no field that its repr shows."""

    def update(self, params, grads, state, rate, t):
        return {name: p - rate * grads[name] for name, p in params.items()}, state


def own(decay):
    rule = Own(0.1)
    vars(rule)["decay"] = decay
    return rule


def foreign(*args, name=None):
    return Foreign(Transformation(*args), name)


def compared(then, now):
    return differences(json.loads(json.dumps(recorded(then))), recorded(now))


def test_a_rule_of_the_library_needs_no_description():
    assert recorded(bp.Adam(bp.schedules.cosine(0.1, 5))) is None
    assert differences(None, None) == ([], "")


@pytest.mark.parametrize(
    "rule",
    [foreign(0.1), foreign(0.1, np.ones(3)), own(0.5), foreign(0.1, name="mine")],
    ids=["foreign", "with an array", "one's own", "with a name"],
)
def test_a_rule_is_the_same_as_itself(rule):
    assert compared(rule, rule) == ([], "")


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        (foreign(0.1), foreign(0.2), "another rule: rule.rate was 0.1, now 0.2"),
        (foreign(0.1), foreign(0.1, 5), "another rule: rule.more was None, now 5"),
        (own(0.5), own(0.6), "another rule: rule.decay was 0.5, now 0.6"),
    ],
)
def test_another_rule_is_reported_with_the_differences(then, now, said):
    assert compared(then, now) == ([said], "")


def test_of_many_differences_the_numbers_come_first():
    told, _ = compared(foreign(0.1, list("abcdef")), foreign(0.2, list("ghijkl")))
    assert told[0] == "another rule: rule.rate was 0.1, now 0.2"
    assert len(told) == 4 and told[-1] == "and 4 more of the rule"


def test_changed_code_is_reported_by_the_name_of_its_function():
    told, _ = compared(foreign(0.1, lambda t: 1 + t), foreign(0.1, lambda t: 2 + t))
    assert told == ["another rule: the code of rule.more has changed"]


def test_a_rule_that_cannot_be_compared_is_refused_with_a_remedy():
    rule = foreign(0.1, np.random.default_rng(0))
    told, _ = compared(rule, rule)
    assert "rule.more cannot be compared" in told[0] and "Foreign(rule, name='...')" in told[0]


def test_the_name_of_a_rule_stands_for_it():
    assert compared(foreign(0.1, name="mine"), foreign(0.2, name="mine")) == ([], "")
    told, _ = compared(foreign(0.1, name="mine"), foreign(0.1, name="other"))
    assert told == ["rule was named 'mine', now 'other'"]
    told, _ = compared(foreign(0.1, name="mine"), foreign(0.1))
    assert "rule was named 'mine', now it has no name" in told[0]


def test_a_rule_that_gets_a_name_later_is_assumed_to_be_the_same_with_a_note():
    told, said = compared(foreign(0.1), foreign(0.1, name="mine"))
    assert told == [] and "the rule 'mine' is assumed to be that of the checkpoint" in said


def test_a_checkpoint_without_a_description_of_its_rule_is_not_compared_with_a_note():
    told, said = differences(None, recorded(foreign(0.1)))
    assert told == [] and "cannot be compared" in said


@pytest.mark.parametrize("damage", [{}, {"lines": 3}, {"else": 1}])
def test_a_damaged_record_is_refused(damage):
    assert differences(damage, recorded(foreign(0.1)))[0]


def test_text_from_a_checkpoint_is_safe_for_a_terminal():
    then = recorded(foreign(0.1))
    then["lines"] |= {"rule.rate": "\x1b[2J" + "8" * 10_000, "\u202e": "1", PYTHON: "\x07"}
    told, _ = differences(then, recorded(foreign(0.1)))
    assert len(told) == 2 and all(line.isprintable() and len(line) < 600 for line in told)


def test_code_of_another_python_is_not_compared_with_a_note():
    then, now = recorded(foreign(0.1)), recorded(foreign(0.1))
    for path in [path for path in then["lines"] if path.endswith("(code)")]:
        then["lines"][path] = "other instructions"
    then["lines"][PYTHON] = "2.7"
    told, said = differences(then, now)
    assert told == [] and "instead of 2.7: of the functions of its rule, only names and numbers are compared" in said
    assert differences(then, recorded(foreign(0.2)))[0] == ["another rule: rule.rate was 0.1, now 0.2"]


def test_the_structure_of_a_rule_leaves_out_its_numbers():
    assert structure(Transformation(0.1)) == structure(Transformation(0.2)) != structure(Transformation(0.1, "a"))


def test_numbers_are_known_by_their_first_letter():
    assert all(map(is_number_line, ("1", "-0.5", "3e-8"))) and not any(map(is_number_line, ("None", "'1'", None, "")))


@pytest.mark.parametrize(("count", "more"), [(3, []), (4, ["and 1 more of the rule"])])
def test_three_differences_are_shown_and_the_rest_counted(count, more):
    now = {f"rule.n{i}": "1" for i in range(count)}
    told, apart = comparison._compared(dict.fromkeys(now, "2"), now)
    assert (len(told), told[3:], apart) == (3 + len(more), more, "")
