"""What there is, and what can be chosen."""

import numpy as np

from bprop.playing.parts.about import POINTS


def test_the_points_are_rows_of_the_data_with_their_numbers(play):
    machine = play.machine("moons")
    points, subject = machine.snapshot()["parts"]["subject"]["points"], machine.state.work.subject
    assert len(points["x"]) == len(points["y"]) == len(points["part"]) == len(points["row"]) == 300 <= POINTS
    for x, y, part, row in list(zip(points["x"], points["y"], points["part"], points["row"], strict=True))[::37]:
        data = subject.data if part == "train" else subject.held_out
        assert data["x"][row].tolist() == x and data["y"][row] == y


def test_the_choices_fit_the_subject(play):
    classes, numbers = (play.machine(name).snapshot()["parts"]["choices"] for name in ("xor", "sine"))
    assert classes["losses"][0] == "nll" and numbers["losses"][0] == "squared_error"
    assert not set(classes["losses"]) & set(numbers["losses"])
    assert {"tanh", "relu"} <= set(classes["activations"]) and "SGD" in classes["rules"]
    assert classes["rules"]["SGD"]["settings"]["momentum"] is None
    assert classes["lessons"] and classes["mistakes"]


def test_theta_is_whole_where_it_is_small(play):
    machine = play.machine()
    shown = machine.snapshot()["parts"]["theta"]
    assert all(np.array_equal(shown[name], array) for name, array in machine.state.work.theta.items())
