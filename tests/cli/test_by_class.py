"""The lines on each class."""

import pytest

pytest.importorskip("typer", reason="the command line needs typer")

from bprop.cli.by_class import MOST_SHOWN, class_lines


def test_a_line_for_each_class():
    each = [{"rows": 1200, "recall": 0.5, "precision": None}, {"rows": 3, "recall": None, "precision": 1.0}]
    header, first, second, words = class_lines(["a long name", 7], each)
    assert header.split() == ["class", "rows", "recall", "precision"]
    assert first == "  a long name      1,200    50.0%          -"
    assert second == "  7                    3        -     100.0%"
    assert words.startswith("  recall: share of the rows of a class")


def test_of_many_classes_the_worst_are_shown():
    each = [{"rows": 5, "recall": k / 100, "precision": 1.0} for k in range(50, 0, -1)]
    lines = class_lines([f"k{k}" for k in range(50)], each)
    assert [line.split()[0] for line in lines[1 : MOST_SHOWN + 1]] == [f"k{k}" for k in range(49, 29, -1)]
    assert "(the 20 of 50 classes that are recognised worst)" in lines[MOST_SHOWN + 1]


def test_names_begin_no_line():
    assert class_lines(["a\n\x1b[2J"], [{"rows": 1, "recall": 1.0, "precision": 1.0}])[1].startswith("  a\\n\\x1b[2J ")
