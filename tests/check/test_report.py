"""The report as a table."""

import numpy as np

import bprop as bp
from bprop.check import Report
from bprop.check.difference import Coverage, Mismatch
from bprop.check.precision import Precision
from bprop.check.report import Row, describe_mismatches, describe_unresolved
from bprop.notebook import note

DOUBLE = Precision(np.dtype("float64"), (1e-3,), 1e-7)
WRONG = Mismatch((1, 2), 0.5, -0.5, 1.0)
KINK = Mismatch((0,), 1.0, 0.5, 0.5)


def row(name="W1", **coverage):
    return Row(name, Coverage((3, 4), elements=12, scale=2.0, error=1e-12, **coverage))


def test_a_report_without_mismatches_is_ok():
    report = Report("gradient check", DOUBLE, [row()])
    assert report.ok
    assert bool(report) is True
    assert str(report).splitlines()[-1] == "all gradients agree"


def test_a_mismatch_makes_it_wrong():
    report = Report("gradient check", DOUBLE, [row(), row("b1", mismatches=[WRONG])])
    assert not report.ok
    assert bool(report) is False
    assert "WRONG b1[1, 2]: bprop gives 0.5, finite differences give -0.5 (error 1.0e+00)" in str(report)
    assert str(report).splitlines()[-1] == "THE GRADIENTS DO NOT AGREE"


def test_a_failure_makes_it_wrong():
    report = Report("gradient check", DOUBLE, [row()], failures=["WRONG something else"])
    assert not report.ok
    assert "WRONG something else" in str(report)


def test_a_kink_does_not_make_it_wrong():
    report = Report("gradient check", DOUBLE, [row(kinks=[KINK])])
    assert report.ok
    assert report.kinks == [("W1", KINK)]
    assert "ok, 1 kink" in str(report)
    assert row(kinks=[KINK, KINK]).verdict == "ok, 2 kinks"


def test_the_table_says_what_was_covered_and_in_which_precision():
    head, titles, line = str(Report("check of f", DOUBLE, [row()])).splitlines()[:3]
    assert head.startswith("check of f, in float64 (rounding 2.2e-16)")
    assert titles.split("  ")[0] == "tensor"
    assert [cell.strip() for cell in line.split("  ") if cell.strip()] == [
        "W1", "(3, 4)", "all 12 elements", "2", "1.0e-12", "ok",
    ]  # fmt: skip


def test_the_columns_are_aligned():
    lines = str(Report("check", DOUBLE, [row(), row("a_long_name")])).splitlines()[1:4]
    assert len({line.index(word) for line, word in zip(lines, ("shape", "(3, 4)", "(3, 4)"), strict=True)}) == 1


def test_the_worst_come_first_and_the_many_are_counted():
    many = [Mismatch((i,), 1.0, 2.0, i / 10) for i in range(8)]
    lines = describe_mismatches(row(mismatches=many))
    assert lines[0].startswith("WRONG W1[7]")
    assert len(lines) == 6
    assert lines[-1].strip() == "and 3 more elements of W1"


def test_a_culprit_is_described_by_its_box():
    culprit = Row("W", Coverage((3, 4), mismatches=[WRONG]), box="'a1' (Linear)")
    report = Report("gradient check", DOUBLE, [row(mismatches=[WRONG])], culprits=[culprit])
    assert "WRONG the box 'a1' (Linear): child W[1, 2]: bprop gives" in str(report)


def test_a_number_has_no_index():
    assert describe_mismatches(Row("s", Coverage((), mismatches=[Mismatch((), 1.0, 2.0, 1.0)])))[0].startswith(
        "WRONG s: bprop"
    )


def test_what_is_not_resolved_is_no_success_and_says_what_to_do():
    report = Report("gradient check", DOUBLE, [row(unresolved=[KINK])])
    assert not report.ok
    assert not report.wrong
    assert report.unresolved == [("W1", KINK)]
    assert "not resolved" in str(report).splitlines()[2]
    assert "NOT RESOLVED W1[0]: fprop is too rough there" in str(report)
    assert "or check at other values" in str(report).splitlines()[-1]


def test_how_sure_a_row_is_stands_in_its_verdict():
    assert row(uncertainty=2e-5).verdict == "ok to 2e-05"
    assert row().verdict == "ok"


def test_a_wrong_box_makes_a_report_wrong_even_if_no_row_is():
    report = Report("gradient check", DOUBLE, [row()], culprits=[row("a", mismatches=[WRONG])])
    assert not report.ok


def test_an_engines_row_names_both_sides():
    compared = Row("W1 (xla)", row(mismatches=[WRONG]).coverage, sides=("engine xla", "NumPy"))
    assert describe_mismatches(compared)[0].startswith("WRONG W1 (xla)[1, 2]: engine xla gives 0.5, NumPy gives -0.5")


# --- at the boundary ---


def test_five_mistakes_are_shown_and_one_more_is_counted():
    many = [Mismatch((i,), 1.0, 2.0, 0.5) for i in range(6)]
    assert len(describe_mismatches(row(mismatches=many[:5]))) == 5
    assert describe_mismatches(row(mismatches=many))[-1] == "      and 1 more elements of W1"


def test_a_note_stands_behind_a_mistake():
    noted = Mismatch((1,), 1.0, 2.0, 0.5, "at a kink")
    assert describe_mismatches(row(mismatches=[noted]))[0].endswith("(error 5.0e-01): at a kink")
    assert describe_mismatches(row(mismatches=[WRONG]))[0].endswith("(error 1.0e+00)")


def test_what_is_not_resolved_is_told_with_the_first_place_and_how_many():
    noted = Mismatch((3,), 1.0, 2.0, 0.5, "kinks all around")
    assert describe_unresolved(row()) == []
    assert describe_unresolved(row(unresolved=[noted])) == ["NOT RESOLVED W1[3]: kinks all around"]
    assert describe_unresolved(row(unresolved=[noted, KINK])) == [
        "NOT RESOLVED W1[3], and 1 more elements: kinks all around"
    ]
    assert describe_unresolved(row(unresolved=[KINK, noted, noted])) == [
        "NOT RESOLVED W1[0], and 2 more elements: fprop is too rough there for finite differences"
    ]
    assert describe_unresolved(Row("s", Coverage((), unresolved=[Mismatch((), 1.0, 2.0, 1.0, "so")]))) == [
        "NOT RESOLVED s: so"
    ]


def test_a_wrong_row_is_wrong_whatever_is_not_resolved_in_it():
    assert row(mismatches=[WRONG], unresolved=[KINK]).verdict == "WRONG"
    assert row(mismatches=[WRONG], uncertainty=1.0, kinks=[KINK]).verdict == "WRONG, 1 kink"
    assert row(unresolved=[KINK]).verdict == "not resolved"
    assert row(unresolved=[KINK], uncertainty=1.0, kinks=[KINK, KINK]).verdict == "not resolved, 2 kinks"


def test_what_culprits_leave_open_counts_too():
    report = Report("check", DOUBLE, [row()], culprits=[row("a", unresolved=[KINK])])
    assert not report.ok
    assert not report.wrong
    assert report.unresolved == [("a", KINK)]
    assert report.kinks == []
    assert "NOT RESOLVED a[0]" in str(report)
    assert Report("check", DOUBLE, failures=["oh"]).wrong
    assert Report("check", DOUBLE, [row(mismatches=[WRONG])]).wrong


def test_notes_stand_below_the_table_and_before_what_is_wrong():
    report = Report("check", DOUBLE, [row(mismatches=[WRONG])], notes=["a note"], failures=["WRONG at last"])
    lines = str(report).splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["W1", "a", "WRONG", "WRONG", "THE"]


def test_a_notebook_shows_the_conclusion_first_and_what_is_wrong(rng):
    class Wrong(bp.Box):
        def fprop(self, a):
            return bp.namespace(a).tanh(a)

        def bprop(self, grad, value, a):
            return grad * (1 - value)

    x, W = bp.Input("x", (2,)), bp.Parameter("<b>W", (2, 3))
    graph = bp.Graph(loss=bp.sum(bp.square(Wrong(x @ W)), axis=1))
    report = bp.check_gradients(graph, graph.init(0), x=rng.normal(size=(3, 2)))
    html = report._repr_html_()
    assert html.index("THE GRADIENTS DO NOT AGREE") < html.index("<table")
    assert "WRONG" in html and "&lt;b&gt;W" in html and "<b>W" not in html


def test_the_text_of_a_long_report_is_short_and_keeps_its_conclusion(rng):
    graph = bp.mlp([2, *[2] * 30, 2], activation="tanh")
    report = bp.check_gradients(graph, graph.init(0), x=rng.normal(size=(2, 2)), y=[0, 1])
    assert len(repr(report).splitlines()) <= 31 < len(str(report).splitlines())
    assert repr(report).endswith(report.conclusion) and "print(report)" in repr(report)


def test_the_conclusion_of_a_card_has_the_colour_of_its_kind():
    good = Report("gradient check", DOUBLE, [row()])._repr_html_()
    bad = Report("gradient check", DOUBLE, [row("b1", mismatches=[WRONG])])._repr_html_()
    assert note("all gradients agree", "good") in good
    assert note("THE GRADIENTS DO NOT AGREE", "bad") in bad
