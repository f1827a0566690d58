"""What `check`, `graph` and `step` look at."""

import numpy as np
import pytest

from bprop import errors

pytestmark = pytest.mark.usefixtures("typer")


@pytest.fixture
def choice(typer):
    from bprop.cli.subject import choice

    return choice


@pytest.mark.usefixtures("folder")
def test_data_with_a_fresh_network(choice):
    subject = choice(target="age", hidden="4,2", activation="tanh", seed=3).open("pets.csv", None)
    assert subject.graph.parameters["W2"].shape == (4, 2)
    again = subject.graph.init(3)
    assert all(np.array_equal(array, again[name]) for name, array in subject.params.items())
    assert {name: len(array) for name, array in subject.batch(7).items()} == {"x": 7, "y": 7}


def test_a_model_with_data(choice, model):
    subject = choice().open("pets.bprop", "pets.csv")
    assert subject.graph.describe() == model.graph.describe()
    assert all(np.array_equal(array, model.params[name]) for name, array in subject.params.items())


def test_rows_are_evenly_spread(choice, folder):
    (folder / "line.csv").write_text("x,y\n" + "".join(f"{k}.5,{k % 2}\n" for k in range(9)))
    subject = choice(scale="none").open("line.csv", None)
    assert subject.batch(3)["x"].ravel().tolist() == [0.5, 4.5, 8.5]
    with pytest.raises(errors.SettingError, match=r"--rows 10: line has 9 examples"):
        subject.batch(10)
    assert len(subject.batch(None)["x"]) == 9
    assert subject.batch(None, usual=2)["x"].ravel().tolist() == [0.5, 8.5]


@pytest.mark.parametrize("command", ["check pets.bprop pets.csv", "step pets.bprop pets.csv", "graph pets.bprop",
                                     "graph pets.bprop pets.csv"])  # fmt: skip
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--hidden 3", "--hidden"),
        ("--activation tanh --l1 0.1", "--activation, --l1"),
        ("--loss huber --dropout 0.5 --normalise batch --l2 0", "--loss, --l2, --dropout, --normalise"),
        ("--target age --task regression --scale unit", "--target, --task, --scale"),
    ],
)
def test_a_model_has_its_own_network_and_refuses_options_of_another(refused, model, command, options, says):
    refused(f"{command} {options}", f"pets.bprop is a model and has its own network: leave out {says}")


def test_options_of_any_subject_go_with_a_model(run, model):
    run("check pets.bprop pets.csv --seed 4 --rows 3")
