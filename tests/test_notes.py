"""The notes of a model are read for display, whatever they hold."""

import pytest

from bprop.notes import best_epochs, columns, members, table, word, words

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
