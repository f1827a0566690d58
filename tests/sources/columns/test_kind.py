"""What a kind of column is: its notes, and kinds of other people's."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

from bprop import errors
from bprop.sources.answer import Answer
from bprop.sources.columns import Boolean, Categorical, Date, Duration, Ignored, Kind, Numeric, Time, from_notes, kinds
from bprop.sources.columns import kind as module
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation

EXAMPLES = [
    Numeric("a", 1.5, True), Boolean("a", False), Categorical("a", ("x", "y"), (1, 2, 3), 0),
    Date("a", "2024-01-01", 0.0, True, False, "dmy"), Ignored("a", "constant"), Time("a", True),
    Duration("a", 60.0, False),
]  # fmt: skip


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.kind)
def test_notes_are_plain_data_and_come_back(kind):
    assert from_notes(json.loads(json.dumps(kind.to_notes()))) == kind
    assert {type(k) for k in EXAMPLES} == {kind for kind in kinds().values() if kind.__module__.startswith("bprop.")}


@pytest.mark.parametrize(
    "notes",
    [{}, [], {"kind": "magic"}, {"kind": ["numeric"]}, {"kind": "numeric", "name": "a"},
     {"kind": "numeric", "name": 3, "fill": 0.0, "indicator": True},
     {"kind": "numeric", "name": "a", "fill": "0", "indicator": True},
     {"kind": "categorical", "name": "a", "categories": [1], "codes": [], "width": 0},
     {"kind": "categorical", "name": "a", "categories": "xy", "codes": [True], "width": 0},
     {"kind": "date", "name": "a", "origin": "soon", "fill": 0.0, "hours": True, "indicator": True}],
)  # fmt: skip
def test_notes_that_none_has_written(notes):
    with pytest.raises(errors.DataError, match="damaged"):
        from_notes(notes)


@pytest.mark.parametrize(
    ("kind", "entry", "value"),
    [
        (Numeric("a", 1.5, True), "fill", float("nan")), (Numeric("a", 1.5, True), "fill", 10**400),
        (Numeric("a", 1.5, True), "fill", True), (Date("a", "2024-01-01", 0.0, True, False), "fill", float("inf")),
        (Date("a", "2024-01-01", 0.0, True, False), "origin", "NaT"),
        (Date("a", "2024-01-01", 0.0, True, False), "form", "MM/DD"),
        (Duration("a", 60.0, False), "fill", float("nan")),
        (Date("a", "2024-01-01", 0.0, True, False), "origin", ""),
        (Date("a", "2024-01-01", 0.0, True, False), "origin", "9" * 30),
        (Date("a", "2024-01-01", 0.0, True, False), "origin", "999999999-01-01"),
        (Categorical("a", ("x", "y"), (1, 2, 3), 0), "codes", [1, 1]),
        (Categorical("a", ("x", "y"), (1, 2, 3), 0), "codes", [4]),
        (Categorical("a", ("x", "y"), (1, 2, 3), 0), "codes", [-1]),
        (Categorical("a", ("x", "y"), (1, 2, 3), 0), "categories", ["x", "x"]),
        (Categorical("a", ("x", "y"), (1, 2, 3), 0), "width", -1),
        (Categorical("a", ("x", "y"), (1, 2, 3), 0), "width", 10**9),
    ],
    ids=repr,
)  # fmt: skip
def test_an_entry_that_no_column_has_is_refused_and_named(kind, entry, value):
    with pytest.raises(errors.DataError, match=f"{entry} of the column 'a'"):
        from_notes({**kind.to_notes(), entry: value})


# --- a kind of somebody else's ---


@pytest.fixture
def fur(monkeypatch):
    """A kind that is defined in a test, as anybody may define one."""
    monkeypatch.setattr(module, "_DEFINED", dict(module._DEFINED))

    @dataclass(frozen=True)
    class Fur(Kind):
        brightest: float
        kind = "fur"

        @classmethod
        def suits(cls, column):
            return all(str(cell).startswith("#") for cell in column.cells)

        @classmethod
        def fit(cls, name, frame):
            return cls(name, max(map(_light, frame.column(name).cells)))

        def encode(self, frame):
            return np.array([[_light(cell) / self.brightest] for cell in frame.column(self.name).cells])

        @property
        def scaled(self):
            return (True,)

    return Fur


def _light(cell):
    return float(sum(bytes.fromhex(cell.strip("#")))) or 1.0


def pets():
    cells = {"fur": ["#ff0000", "#00ff80"] * 10, "size": list("1234") * 5, "y": ["cat", "dog"] * 10}
    return Frame("pets", {name: np.array(column, object) for name, column in cells.items()}, str, target=("y",))


@pytest.mark.parametrize("asked", [None, {"fur": "fur"}])
def test_a_kind_of_ones_own_is_inferred_asked_for_by_name_saved_and_loaded(fur, asked):
    made = Preparation.fit(pets(), Answer.of(pets(), ("y",)), asked)
    assert made.kinds == (fur("fur", 383.0), Numeric("size", 2.5, False))
    np.testing.assert_allclose(made.inputs(pets())["x"][:2], [[255 / 383, 1], [1, 2]])
    notes = json.loads(json.dumps(made.to_notes()))
    assert notes["table"]["kinds"][0] == {"kind": "fur", "name": "fur", "brightest": 383.0}
    assert Preparation.from_notes(notes) == made


def test_a_kind_that_is_not_known_here_is_refused_by_name(fur, monkeypatch):
    notes = fur("fur", 383.0).to_notes()
    assert from_notes(notes) == fur("fur", 383.0)
    monkeypatch.setattr(module, "_DEFINED", {})
    with pytest.raises(errors.DataError, match="'kind' is 'fur'"):
        from_notes(notes)


def test_a_kind_of_an_installed_package_is_found_when_it_is_asked_for(fur, monkeypatch):
    monkeypatch.setattr(module, "_DEFINED", {})
    monkeypatch.setattr(module.plugins, "load", lambda: module._DEFINED.update(fur=fur))
    assert from_notes({"kind": "fur", "name": "fur", "brightest": 2}) == fur("fur", 2.0)


def test_two_kinds_of_one_name_are_refused(fur):
    with pytest.raises(errors.SettingError, match="two kinds of columns are called 'numeric'"):
        type("Other", (Kind,), {"kind": "numeric"})
    again = type("Other", (Kind,), {"kind": "other"})
    assert kinds()["other"] is again
    once_more = type("Other", (Kind,), {"kind": "other"})  # a cell of a notebook, run again
    assert kinds()["other"] is once_more


def test_features_of_a_kind_that_does_not_name_them_are_numbered(fur):
    assert fur("coat", 1.0).feature_names == ("coat",)

    class Twice(fur, named=False):
        indicator = True
        scaled = (True, True, False)

    assert Twice("coat", 1.0).feature_names == ("coat 1", "coat 2", "coat missing")
