"""The notes of a model, read strictly."""

import pytest

import bprop as bp
from bprop import errors
from bprop.sources import noted

GOOD = {"source": "pets", "columns": ["a", "b"], "task": "classification", "classes": ["cat", 3, 2.5]}


def test_good_notes_are_read():
    assert noted.text(GOOD, "source") == "pets"
    assert noted.texts(GOOD, "columns") == ("a", "b")
    assert noted.answer(GOOD) == ("classification", ("cat", 3, 2.5))
    assert noted.answer({"task": "regression", "classes": None}) == ("regression", None)


@pytest.mark.parametrize(
    ("read", "entry", "value"),
    [
        ("text", "source", None), ("text", "source", 3), ("text", "source", ["pets"]),
        ("texts", "columns", None), ("texts", "columns", "ab"), ("texts", "columns", [1]), ("texts", "columns", {}),
        ("texts", "columns", ["a", "a"]), ("texts", "columns", [["a"]]),
    ],
)  # fmt: skip
def test_a_name_that_is_none_is_refused_and_named(read, entry, value):
    with pytest.raises(errors.DataError, match=f"'{entry}' is .*damaged"):
        getattr(noted, read)({**GOOD, entry: value}, entry)


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("task", None), ("task", "clustering"), ("task", ["regression"]), ("task", {}), ("classes", None),
        ("classes", []), ("classes", "ab"), ("classes", {"a": 1}), ("classes", ["a", "a"]), ("classes", [1, 1.0]),
        ("classes", [["a"]]), ("classes", [{}]), ("classes", [None]), ("classes", [float("nan")]),
        ("classes", [float("inf"), 1]), ("task", "regression"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused(entry, value):
    with pytest.raises(errors.DataError, match="damaged"):
        noted.answer({**GOOD, entry: value})


def test_a_long_value_is_cut_in_the_error():
    assert len(str(noted.damaged("classes", ["x" * 10_000], "names"))) < 250


def test_a_graph_that_takes_and_gives_what_the_notes_say_fits():
    noted.need_fit(bp.mlp([2, 3]), {"x": (2,)}, 3)
    noted.need_fit(bp.mlp([2, 1], task="regression"), {"x": (2,)}, 1)


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"),
    [
        ({"x": (3,)}, 3, "encoded as 'x'"), ({"x": (2,), "c_a": ()}, 3, "'c_a'"), ({}, 3, "nothing"),
        ({"x": (2,)}, 2, "describe 2 outputs a row"), ({"x": (2,)}, 1, "describe 1 outputs a row"),
    ],
)  # fmt: skip
def test_a_graph_that_does_not_fit_is_refused(inputs, outputs, message):
    with pytest.raises(errors.DataError, match=message):
        noted.need_fit(bp.mlp([2, 3]), inputs, outputs)


def test_a_graph_with_another_output_is_refused():
    x = bp.Input("x", (2,))
    for outputs in ({"g": x}, {"f": x, "g": bp.tanh(x)}):
        with pytest.raises(errors.DataError, match="gives 'f' alone, or beside it 'spread'"):
            noted.need_fit(bp.Graph(outputs=outputs), {"x": (2,)}, 2)
    with pytest.raises(errors.DataError, match="nothing"):
        noted.need_fit(bp.Graph(loss=bp.square(bp.Input("z"))), {"x": (2,)}, 2)
