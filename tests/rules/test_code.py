"""The hash of a function's code changes with its results, and only then."""

import json

import numpy as np
import pytest

from bprop.rules.code import code_line, fractions_in, globals_in, is_library, package_of

RATE = 0.5


def compiled(text):
    """The function f of some lines, as a file would have it."""
    scope = {}
    exec(compile(text, "file", "exec"), scope)
    return scope["f"]


def line(text):
    return code_line(compiled(text).__code__)


PLAIN = "def f(t):\n    return 0.1 * t"


@pytest.mark.parametrize(
    "same",
    ["def f(t):\n\n    # a remark\n    return 0.1 * t", "def f(t):\n    'A docstring.'\n    return 0.1 * t",
     "def f(step):\n    return 0.1 * step"],
)  # fmt: skip
def test_a_change_of_names_or_docstrings_changes_no_code(same):
    documented = same.count("'")
    plain = "def f(t):\n    'Another.'\n    return 0.1 * t" if documented else PLAIN
    assert line(same) == line(plain)


@pytest.mark.parametrize(
    "other",
    ["def f(t):\n    return 0.2 * t", "def f(t):\n    return 0.1 + t", "def f(t):\n    return 0.1 * t ** 2",
     "def f(t):\n    return (lambda s: 0.1 * s)(t)", "def f(t):\n    return t.real * 0.1"],
)  # fmt: skip
def test_a_change_of_results_changes_the_code(other):
    assert line(other) != line(PLAIN)


def test_a_function_inside_is_part_of_the_code():
    inner = "def f(t):\n    def g(s):\n        return {} * s\n    return g(t)"
    assert line(inner.format(0.1)) != line(inner.format(0.2))
    assert fractions_in(compiled(inner.format(0.25)).__code__) == [0.25]


def test_sets_of_constants_have_one_order():
    one = "def f(t):\n    return t in {'a', 'b', 'c'}"
    assert line(one) == line(one.replace("'a', 'b', 'c'", "'c', 'b', 'a'"))


def test_the_names_that_a_function_asks_its_module_for():
    assert globals_in((lambda t: RATE * np.sqrt(t)).__code__) == {"RATE", "np"}


def test_libraries_are_known_by_where_their_code_is():
    assert all(map(is_library, (json.dumps, np.mean, code_line, dict, len)))
    assert not is_library(compiled) and not is_library(lambda t: t)


def test_a_rule_is_of_the_package_that_its_functions_are_of():
    optax = pytest.importorskip("optax")
    assert package_of(optax.sgd(0.1)) == "optax"

    class Own:
        def update(self, grads, state, params):
            return grads, state

    assert package_of(Own()) is None
    assert package_of(object()) is None
