"""The notes of a model are read for display, whatever they hold."""

import numpy as np
import pytest

from bprop.notes import best_epochs, columns, members, statistics, table, threshold, word, words

ODD = [
    None,
    3,
    2.5,
    True,
    "text",
    [],
    {},
    [1],
    [None],
    [["a"]],
    {"kinds": 3},
    {"kinds": {"name": "a"}},
    {"kinds": [3, "numeric", {}]},
]


def test_the_notes_of_bprop_train_are_read():
    notes = {
        "source": "pets",
        "classes": ["cat", 3],
        "table": {"kinds": [{"name": "size", "kind": "numeric", "fill": 1.0, "indicator": False}]},
    }
    assert word(notes, "source") == "pets"
    assert words(notes, "classes") == ("cat", "3")
    assert table(notes) is notes["table"]
    assert [kind["name"] for kind in columns(notes)] == ["size"]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_notes_are_left_out(odd):
    notes = {"table": odd, "source": odd, "classes": odd}
    assert columns(notes) == []
    assert all(isinstance(one, str) for one in words(notes, "classes"))
    assert word(notes, "source") is None or isinstance(word(notes, "source"), str)
    assert table({}) is None and words({}, "classes") == ()


@pytest.mark.parametrize(
    ("decision", "read"),
    [
        ({"positive": 1, "threshold": 0.3}, (1, 0.3)), ({"positive": 0, "threshold": 0.75, "aim": "f1"}, (0, 0.75)),
        ({"positive": 1}, None), ({"positive": True, "threshold": 0.3}, None),
        ({"positive": 2, "threshold": 0.3}, None),
        ({"positive": 1, "threshold": 1.0}, None), ({"positive": 1, "threshold": "0.3"}, None), (None, None), (3, None),
    ],
)  # fmt: skip
def test_a_threshold_is_read_where_it_is_one(decision, read):
    assert threshold({"decision": decision}) == read
    assert threshold({}) is None


def test_the_members_of_an_ensemble_and_their_best_epochs():
    notes = {"ensemble": [{"best_epoch": 3}, {"best_epoch": 7}]}
    assert len(members(notes)) == 2
    assert best_epochs(notes) == [3, 7]
    assert best_epochs({"ensemble": [{"best_epoch": 3}, {"best_epoch": None}]}) == []
    assert best_epochs({}) == [] and members({}) == []


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_notes_of_an_ensemble_are_left_out(odd):
    assert best_epochs({"ensemble": odd}) == []
    assert best_epochs({"ensemble": [odd]}) == []


@pytest.mark.parametrize(("shape", "step"), [((1000, 3), 1), ((9000, 1), 3), ((2000, 1024), 2), ((3, 2**20), 3)])
def test_statistics_are_those_of_evenly_spaced_rows(shape, step):
    values = np.random.default_rng(0).normal(size=shape).astype("float32")
    some = values[::step].astype(float)
    assert statistics(values) == {"mean": some.mean(), "deviation": some.std()}
