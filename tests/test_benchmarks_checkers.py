"""The table of gradient checkers: its cases, its marks, and the page on which it stands."""

import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # the harness is no part of the package

from benchmarks.checkers import table  # noqa: E402
from benchmarks.checkers.case import BASES, Case  # noqa: E402

CASES = table.cases()
PAGE = ROOT / "docs" / "gradient_checking.md"
RIGHT = Case("ordinary", "right", True, BASES[0].forward, BASES[0].backward, (np.array([[0.3, -0.7]]),))
WRONG = Case("sign", "wrong", False, BASES[0].forward, lambda xp, g, v, a: -g * (1 - v * v), RIGHT.arrays)


def test_there_are_about_300_wrong_boxes_and_about_300_right_ones():
    counts = Counter(case.right for case in CASES)
    assert counts[False] > 290
    assert counts[True] > 290


def test_the_cases_are_the_same_every_time():
    for one, other in zip(CASES, table.cases(), strict=True):
        assert (one.kind, one.name, one.right) == (other.kind, other.name, other.right)
        for a, b in zip(one.arrays, other.arrays, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("start", range(3))
def test_bprop_judges_a_sample_rightly(start):
    some = CASES[start * 3 :: 9]
    marks = table.tried(some, ["bprop"])["bprop"]
    assert [f"{case.kind}: {case.name}" for case, mark in zip(some, marks, strict=True) if not mark] == []


@pytest.mark.parametrize(
    ("checker", "package"), [("bprop", "numpy"), ("torch gradcheck", "torch"), ("jax check_grads", "jax")]
)
def test_every_checker_finds_a_wrong_sign_and_accepts_what_is_right(checker, package):
    pytest.importorskip(package)
    assert table.tried([RIGHT, WRONG], [checker]) == {checker: [True, True]}


def test_an_exception_is_no_acceptance():
    def fails(case):
        raise ValueError("oh")

    assert table.verdict(fails, RIGHT) is False


def test_the_table_counts_by_kind():
    text = table.table([RIGHT, WRONG, WRONG], {"A": [True, False, True], "B": [False, True, True]})
    assert text.splitlines()[2:] == [
        "| ordinary | -, 1 of 1 | -, 0 of 1 |",
        "| sign | 1 of 2, - | 2 of 2, - |",
        "| **all** | 1 of 2, 1 of 1 | 2 of 2, 0 of 1 |",
    ]


def test_the_table_is_put_between_its_two_comments(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{table.START}\nold\n{table.END}\nafter\n", encoding="utf-8")
    table.put(page, "new")
    assert page.read_text("utf-8") == f"before\n{table.START}\nnew\n{table.END}\nafter\n"


def test_the_page_has_the_table_of_these_cases():
    lines = PAGE.read_text("utf-8").split(table.START)[1].split(table.END)[0].strip().splitlines()
    assert lines[0].count("|") == len(table.CHECKERS) + 2
    wrong, right = (Counter(case.kind for case in CASES if case.right == r) for r in (False, True))
    said = {}
    for line in lines[2:-1]:
        kind, ours = (cell.strip() for cell in line.strip("|").split("|")[:2])
        said[kind] = tuple(
            int(n) if n else 0 for n in re.fullmatch(r"(?:-|\d+ of (\d+)), (?:-|\d+ of (\d+))", ours).groups()
        )
    assert said == {kind: (wrong[kind], right[kind]) for kind in {case.kind for case in CASES}}
