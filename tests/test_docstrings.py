"""The docstrings of public names: their examples run, and each name that is finished has one."""

import doctest
import inspect

import numpy as np
import pytest

import bprop as bp
from bprop import errors

NAMES = sorted(name for name in dir(bp) if not name.startswith("_"))


def is_public(name: str) -> bool:
    """Whether a name is a class or function of bprop whose extra is installed."""
    try:
        value = getattr(bp, name)
    except errors.MissingPackageError:
        return False
    return callable(value) and value.__module__.startswith("bprop")


PUBLIC = [name for name in NAMES if is_public(name)]
MODULES = ["init", "schedules"]
NEEDS = {
    "TensorBoard": "tensorboardX", "to_onnx": "onnx", "Tuned": "optuna", "tune": "optuna", "OptunaPruning": "optuna",
    "MLflow": "mlflow", "play": "websockets",
}  # fmt: skip
"""{name: the package without which its examples cannot run}"""


def examples(documented: object, name: str) -> list[doctest.DocTest]:
    """The doctest of one docstring, without those of the members of a class or a module."""
    finder = doctest.DocTestFinder(recurse=False, exclude_empty=True)
    return finder.find(documented, name, module=False, globs={"bp": bp, "np": np})


@pytest.mark.parametrize("name", [*PUBLIC, *MODULES])
def test_the_examples_of_a_public_name_run(name, tmp_path, monkeypatch):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name], reason=f"the examples need {NEEDS[name]}")
    monkeypatch.chdir(tmp_path)
    output: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for test in examples(getattr(bp, name), name):
        runner.run(test, out=output.append)
    assert not runner.failures, "".join(output)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_has_an_example(name):
    assert sum(len(test.examples) for test in examples(getattr(bp, name), name)), f"bp.{name} has no example"


def test_a_public_name_has_a_docstring_of_its_own():
    assert [name for name in PUBLIC if not inspect.getdoc(getattr(bp, name))] == []
