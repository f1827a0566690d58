"""Labels and targets in another shape or kind: cast where nothing else can be meant, else refused with the cure."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet

X, Y = np.arange(12.0).reshape(4, 3) / 10, np.array([0, 1, 2, 0])
graph, binary, numbers = bp.mlp([3, 3]), bp.mlp([3, 1], task="binary"), bp.mlp([3, 1], task="regression")
columns = bp.mlp([3, 2], task="regression")


def read(graph, y):
    return graph.read_set({"x": X, "y": y}).arrays["y"]


@pytest.mark.parametrize(
    "y",
    [Y.astype(float), Y.astype("float32"), Y[:, None], Y[:, None].astype(float), np.eye(3)[Y], np.eye(3, dtype=int)[Y],
     np.eye(3, dtype=bool)[Y], Y.tolist(), [float(v) for v in Y]],
)  # fmt: skip
def test_labels_are_read_as_floats_columns_and_one_hot_rows(y):
    labels = read(graph, y)
    np.testing.assert_array_equal(labels, Y)
    assert labels.dtype.kind == "i" and labels.shape == (4,)


def test_labels_of_two_classes_are_bools_columns_or_one_hot():
    wanted = np.array([0, 1, 1, 0])
    for y in (wanted > 0, (wanted > 0)[:, None], wanted.astype(float), np.eye(2)[wanted]):
        np.testing.assert_array_equal(read(binary, y), wanted)


def test_labels_of_frames_series_and_tensors():
    pandas, polars, torch = (pytest.importorskip(name) for name in ("pandas", "polars", "torch"))
    series = pandas.Series(Y)
    for y in (series, series.to_frame(), series.astype("category"), series.astype("Int64"), polars.Series(Y),
              torch.tensor(Y), torch.tensor(Y, dtype=torch.float32)):  # fmt: skip
        np.testing.assert_array_equal(read(graph, y), Y)


def test_numbers_in_a_column_are_one_number_an_example():
    np.testing.assert_array_equal(read(numbers, Y[:, None] * 0.5), Y * 0.5)
    np.testing.assert_array_equal(
        bp.Graph(outputs={"f": bp.Input("x", (1,))}).predict({}, x=[1.0, 2.0]), [[1.0], [2.0]]
    )


@pytest.mark.parametrize(
    ("graph", "y", "error", "cure"),
    [
        (graph, Y + 0.5, errors.DTypeError, "0.5 at row 0; round it, or declare Input"),
        (graph, np.array([0, np.nan, 1, 2]), errors.DTypeError, "nan at row 1"),
        (graph, np.array([0, 1e30, 1, 2]), errors.DTypeError, "1e[+]30 at row 1"),
        (graph, Y + 1, errors.DataError, "labels count from 0: give y - 1"),
        (binary, np.array([-1, 1, 1, -1]), errors.DataError, "for labels -1 and 1 give y > 0"),
        (graph, np.full((4, 3), 1 / 3), errors.ShapeError, r"give a.argmax\(axis=-1\)"),
        (graph, np.vstack([np.eye(3), [[0, 0.5, 0.5]]]), errors.ShapeError, r"give a.argmax\(axis=-1\)"),
        (graph, np.eye(4)[Y], errors.ShapeError, r"needs shape \(N,\), got \(4, 4\)"),
        (graph, np.array(["ash", "oak", "yew", "ash"]), errors.DTypeError, r"np.unique\(y, return_inverse=True\)"),
        (graph, np.array(["ash", "oak", None, "ash"], object), errors.DTypeError, r"some are missing"),
        (columns, Y * 0.5, errors.ShapeError, r"needs shape \(N, 2\), got \(4,\)"),
    ],
)
def test_other_targets_say_what_to_type(graph, y, error, cure):
    with pytest.raises(error, match=cure):
        read(graph, y)


def test_images_and_rows_of_numbers_name_the_other_shape():
    with pytest.raises(errors.ShapeError, match=r"give a.reshape\(-1, 3\)"):
        graph.read_set({"x": X.reshape(4, 3, 1), "y": Y})


def test_a_data_set_in_memory_is_made_anew_and_one_that_fits_is_itself():
    fits = DataSet({"x": X, "y": Y})
    assert graph.read_set(fits) is fits
    other = graph.read_set(DataSet({"x": X, "y": np.eye(3)[Y]}, np.ones(4)))
    np.testing.assert_array_equal(other.arrays["y"], Y)
    assert other.weights is not None


def test_a_data_set_larger_than_memory_is_refused_with_what_it_needs():
    class Large(DataSet):
        in_memory = False

    with pytest.raises(errors.DTypeError, match=r"needs int64 \('N',\), not float64 \('N', 3\)"):
        graph.read_set(Large({"x": X, "y": np.eye(3)[Y]}))


def test_training_on_cast_targets_is_training_on_the_labels():
    settings = {"epochs": 2, "batch_size": 2, "engine": "numpy", "progress": False}
    wanted = bp.train(graph, {"x": X, "y": Y}, **settings).params
    for y in (Y.astype(float), np.eye(3)[Y]):
        fit = bp.train(graph, {"x": X, "y": y}, **settings)
        assert all((fit.params[name] == wanted[name]).all() for name in wanted)
