"""Tables for models that take numbers side by side: which columns are x, which is the target, and the scale."""

import numpy as np
import pytest

import bprop as bp
from bprop.errors import DataError
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.side_by_side import other_scale, side_by_side
from bprop.sources.standard import standard_form

GRAPH = bp.mlp([2, 3])
CELLS = {"a": np.array([1.0, 2.0]), "b": np.array([3.0, 4.0]), "c": np.array([0, 2])}


def table(**columns):
    return Frame("rows", columns, lambda row: f"rows, line {row + 2}")


def preparation(**notes):
    return Preparation.from_notes(standard_form(bp.Model(GRAPH, GRAPH.init(seed=0), notes=notes)).notes)


@pytest.mark.parametrize(
    ("names", "inputs", "target"),
    [
        ("a b c", "a b", "c"),
        ("y a b", "a b", "y"),
        ("a Label b", "a b", "Label"),
        ("class a b", "a b", "class"),
        ("a b", "a b", None),
    ],
)
def test_the_target_is_the_column_of_such_a_name_or_the_last(names, inputs, target):
    columns = dict(zip(names.split(), ([0, 1], [1, 0], [1, 1]), strict=False))
    frame = side_by_side(
        table(**{n: np.array(c, float) for n, c in columns.items()}), preparation(), target is not None
    )
    assert np.array_equal(frame.columns["x"].cells, np.transpose([columns[n] for n in inputs.split()]))
    assert ("y" in frame.columns) == (target is not None)
    if target is not None:
        assert frame.columns["y"].cells.tolist() == columns[target]


def test_names_that_the_model_knows_come_first():
    known = preparation(columns=["b", "a"], target="c")
    frame = side_by_side(table(**CELLS, more=np.zeros(2)), known, True)
    assert frame.columns["x"].cells.tolist() == [[3.0, 1.0], [4.0, 2.0]]
    assert frame.columns["c"].cells.tolist() == [0, 2] and not frame.remarks


@pytest.mark.parametrize(
    ("names", "targets", "says"),
    [
        ("a", False, r"\(2, 1\), but the model takes \(N, 2\)"),
        ("a b c d", True, r"\(2, 4\), but the model takes \(N, 2\).* and behind them the target \(3 columns\)"),
        ("y a", True, r"\(2, 1\) beside the target 'y', but the model takes \(N, 2\)"),
        ("a b", True, "it has no targets"),
    ],
)
def test_other_widths_are_refused(names, targets, says):
    with pytest.raises(DataError, match=says):
        side_by_side(table(**{name: np.zeros(2) for name in names.split()}), preparation(), targets)


def test_a_model_of_a_table_and_arrays_stay_as_they_are():
    trained = preparation().__class__("pets", preparation().kinds, preparation().answer)
    frame = table(**CELLS)
    assert side_by_side(frame, trained, True) is frame


@pytest.mark.parametrize(
    ("values", "warns"),
    [
        ([[0.2, 0.9], [0.1, 0.4]], False),
        ([[3.0, 15.0], [1.0, 6.0]], True),
        ([[0.5, 0.5001], [0.5, 0.4999]], True),
        ([[0.4, 0.6]], False),
    ],
)
def test_another_scale_is_warned_of(values, warns):
    block = side_by_side(table(a=np.array(values)[:, 0], b=np.array(values)[:, 1]), preparation(), False)
    noted = {"x": {"mean": 0.5, "deviation": 0.3}}
    assert bool(other_scale(noted, block)) == warns
    assert other_scale({}, block) == "" and other_scale({"x": {"mean": "?"}}, block) == ""
