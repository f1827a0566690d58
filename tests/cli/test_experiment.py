"""Model files of the commands."""

import copy
from pathlib import Path

import pytest

import bprop as bp
from bprop import errors

pytestmark = pytest.mark.usefixtures("typer")


@pytest.fixture
def experiment(typer):
    from bprop.cli import experiment

    return experiment


def test_a_free_path_is_never_one_that_is_taken(experiment, folder):
    assert experiment.free_path("net") == Path("net.bprop")
    (folder / "net.bprop").touch()
    assert experiment.free_path("net") == Path("net-2.bprop")
    (folder / "net-2.bprop").touch()
    assert experiment.free_path("net") == Path("net-3.bprop")


def test_a_model_is_known_by_its_suffix(experiment):
    assert experiment.is_model("some/net.bprop")
    assert not experiment.is_model("net.csv")
    assert not experiment.is_model("digits")


# --- models whose files say of their data what does not fit ---


@pytest.fixture
def told(run, folder):
    """told(change): the model of pets.csv with other notes, well signed; `change` is given the notes."""
    from bprop.files import read_tensors, write_tensors

    if not TRAINED:
        run("train pets.csv --engine numpy --hidden 3 --epochs 1 --out pets.bprop")
        TRAINED.append(read_tensors("pets.bprop"))
    arrays, meta = TRAINED[0]

    def told(change):
        noted = copy.deepcopy(meta)
        change(noted["notes"])
        write_tensors("pets.bprop", arrays, noted)

    return told


TRAINED = []  # once: what the file of the model holds
DAMAGES = {
    "no task": lambda notes: notes.pop("task"),
    "another task": lambda notes: notes.update(task="regression"),
    "a task that is a list": lambda notes: notes.update(task=[]),
    "a class more": lambda notes: notes["classes"].append("fox"),
    "a class that is a list": lambda notes: notes.update(classes=["cat", "dog", ["eel"]]),
    "no classes": lambda notes: notes.update(classes=None),
    "targets of text": lambda notes: notes["table"].update(targets="kind"),
    "two targets": lambda notes: notes["table"].update(targets=["kind", "age"]),
    "no targets": lambda notes: notes["table"].update(targets=[]),
    "a column less": lambda notes: notes["table"]["kinds"].pop(),
    "a column twice": lambda notes: notes["table"]["kinds"].append(notes["table"]["kinds"][0]),
    "a column of another kind": lambda notes: notes["table"]["kinds"][0].update(kind="date"),
    "a column that is a text": lambda notes: notes["table"]["kinds"].__setitem__(0, "numeric"),
    "a column with an indicator": lambda notes: notes["table"]["kinds"][0].update(indicator=True),
    "columns that are a number": lambda notes: notes["table"].update(kinds=3),
    "a table that is a text": lambda notes: notes.update(table="pets"),
    "a scaling of another shape": lambda notes: notes["scaling"]["x"].update(mean=[0.0], deviation=[1.0]),
    "a scaling of text": lambda notes: notes["scaling"].update(x="standard"),
    "a source that is none": lambda notes: notes.update(source=7),
}
COMMANDS = (
    "predict pets.bprop pets.csv", "evaluate pets.bprop pets.csv", "check pets.bprop pets.csv", "graph pets.bprop",
    "step pets.bprop pets.csv", "export pets.bprop --onnx pets.onnx",
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_does_not_fit_is_refused_by_every_command_with_the_name_of_the_file(told, refused, damage):
    told(DAMAGES[damage])
    for command in COMMANDS:
        refused(command, "pets.bprop: ", "model")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_report_leaves_out_what_is_not_as_it_should_be(told, folder, damage):
    told(DAMAGES[damage])
    try:
        model = bp.load("pets.bprop")
    except errors.ModelFileError:
        return
    bp.report(model, "report.html")
    assert (folder / "report.html").read_text().endswith("</html>\n")


def test_notes_of_ones_own_are_no_damage(told, run):
    told(lambda notes: (notes.clear(), notes.update(columns=3, classes={"a": 1}, table_of="mine")))
    run("graph pets.bprop")
    bp.report(bp.load("pets.bprop"), "report.html")
