"""tests/public_api.txt: the public names of bprop, their parameters and their defaults. No change goes unseen."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = (ROOT / "tests" / "public_api.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def public_api():
    spec = importlib.util.spec_from_file_location("public_api", ROOT / "tools" / "public_api.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_parameters_and_defaults_are_those_of_the_file(public_api):
    missing = []
    lines = list(public_api.lines(missing.append))
    expected = [
        line for line in EXPECTED if not line.startswith(tuple(f"{name}{end}" for name in missing for end in "(.:"))
    ]
    new, gone = sorted({*lines} - {*expected}), sorted({*expected} - {*lines})
    assert not new + gone, (
        "the public API changed: if that is meant, run `python tools/public_api.py > tests/public_api.txt`, and write "
        f"it into CHANGELOG.md\nnew: {new}\ngone: {gone}"
    )
    assert lines == expected


def test_what_is_told_of_a_class(public_api):
    class Example:
        count = 3
        words = ("a",)
        table = {}
        _hidden = 1

        def __init__(self, a, *, b: int = 2):
            pass

        def method(self, c=None) -> int:
            return 0

        @classmethod
        def make(cls, d):
            pass

        @property
        def size(self):
            return 1

    assert list(public_api.described("Example", Example)) == [
        "Example(a, *, b=2)",
        "Example.count = 3",
        "Example.make(cls, d)",
        "Example.method(self, c=None)",
        "Example.size: property",
        "Example.words = ('a',)",
    ]
    assert list(public_api.described("limit", 3)) == ["limit = 3"]
    assert list(public_api.described("table", {})) == []


def test_addresses_are_not_told(public_api):
    assert public_api.plain(object()) == "<object object>"


def test_what_a_module_only_imports_is_not_its_own(public_api):
    assert public_api.foreign(Path)
    assert not public_api.foreign(3)
