"""Model files, for the commands and for serving. Damaged notes: tests/cli/test_experiment.py."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.sources.preparation import is_noted
from bprop.tables.files import load_for_rows, load_model


@pytest.fixture
def saved(tmp_path):
    """saved(graph): the path of a model of it, which was made in Python."""

    def saved(graph):
        bp.save(tmp_path / "net.bprop", bp.Model(graph, graph.init(seed=0)))
        return tmp_path / "net.bprop"

    return saved


def test_loading_a_model(saved, tmp_path):
    assert isinstance(load_model(saved(bp.mlp([3, 2]))), bp.Model)
    (tmp_path / "pets.csv").write_text("a,b\n1,2\n")
    with pytest.raises(errors.ModelFileError, match="pets"):
        load_model(tmp_path / "pets.csv")


def test_a_model_that_was_made_in_python_is_loaded_for_rows_in_its_standard_form(saved):
    path = saved(bp.mlp([3, 2]))
    assert not is_noted(load_model(path).notes)
    assert load_for_rows(path).notes["columns"] == ["x1", "x2", "x3"]


def test_a_model_of_several_inputs_is_none_for_rows(saved):
    a, b = bp.Input("a", (2,)), bp.Input("b", (3,))
    W, V = bp.Parameter("W", (2, 1)), bp.Parameter("V", (3, 1))
    path = saved(bp.Graph(outputs={"f": a @ W + b @ V}))
    with pytest.raises(errors.ModelFileError, match=r"net.bprop: this model takes a \(N, 2\), b \(N, 3\)"):
        load_for_rows(path)
    assert load_model(path).predict(a=np.ones((1, 2)), b=np.ones((1, 3))).shape == (1, 1)
