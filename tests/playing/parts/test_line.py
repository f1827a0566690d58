"""The output along one input."""

import numpy as np

from bprop.playing.machine import Machine
from bprop.playing.parts.line import N
from bprop.playing.subjects.opening import by_name


def test_the_line_is_the_output_of_the_graph_at_its_points():
    machine = Machine(by_name("sine", {}))
    line = machine.snapshot()["parts"]["line"]
    work = machine.state.work
    x = np.linspace(*line["x"], N)
    values = work.network.graph.fprop(work.theta, {"x": x[:, None], "y": np.zeros(N)})
    np.testing.assert_allclose(line["f"], np.ravel(values["f"]), rtol=1e-12)
    np.testing.assert_allclose(line["units"]["h1"], values["h1"][::4].T, rtol=1e-12)
    assert line["x"][0] < work.subject.data["x"].min() and line["x"][1] > work.subject.data["x"].max()
    assert (line["n"], line["of"]) == (N, "f")


def test_a_weight_moves_the_line():
    machine = Machine(by_name("sine", {}))
    before = machine.snapshot()["parts"]["line"]
    after = machine.do({"do": "nudge", "parameter": "W1", "index": [0, 0], "by": 0.5})["parts"]["line"]
    assert after["f"] != before["f"]


def test_networks_of_two_inputs_have_none():
    assert Machine(by_name("moons", {})).snapshot()["parts"]["line"] is None
