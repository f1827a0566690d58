"""Predictions for batches: loaders, generators, rows by number, with and without targets."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.batches.predicting import is_batches

X = np.random.default_rng(0).normal(size=(10, 3))
MODEL = bp.Model(bp.mlp([3, 4, 2]), bp.mlp([3, 4, 2]).init(seed=0))


def same(outputs):
    np.testing.assert_allclose(outputs, MODEL.predict(X), rtol=1e-12)


def test_a_generator_of_inputs_gives_the_rows_of_all_batches():
    same(MODEL.predict(X[i : i + 4] for i in range(0, 10, 4)))


@pytest.mark.parametrize(
    "item",
    [
        lambda rows: (rows, np.zeros(len(rows), int)),
        lambda rows: [rows],
        lambda rows: {"x": rows, "other": 1},
        lambda rows: rows.tolist(),
    ],
)
def test_targets_and_other_parts_are_not_read(item):
    same(MODEL.predict(item(X[i : i + 5]) for i in (0, 5)))


def test_rows_by_number_are_a_data_set():
    class Rows:
        def __len__(self):
            return 10

        def __getitem__(self, number):
            return X[number], 1

    same(MODEL.predict(Rows()))


def test_single_rows_are_computed_together_and_may_stand_among_batches(monkeypatch):
    same(MODEL.predict(iter(X)))
    same(MODEL.predict({"x": row, "other": "text"} for row in X.tolist()))
    same(MODEL.predict(iter([X[0], X[1], X[2:9], X[9]])))
    monkeypatch.setattr("bprop.batches.predicting.TOGETHER", 3)
    same(MODEL.predict(iter(X)))


def test_a_data_set_of_hugging_face_is_read():
    datasets = pytest.importorskip("datasets")
    same(MODEL.predict(datasets.Dataset.from_dict({"x": X.tolist(), "label": [0] * 10})))


def test_a_loader_of_pytorch_is_read():
    torch = pytest.importorskip("torch")
    data = torch.utils.data
    loader = data.DataLoader(data.TensorDataset(torch.tensor(X), torch.zeros(10)), batch_size=4)
    same(MODEL.predict(loader))
    same(MODEL.predict(data.TensorDataset(torch.tensor(X))))


def test_a_loader_that_shuffles_is_refused():
    torch = pytest.importorskip("torch")
    rows = torch.utils.data.TensorDataset(torch.tensor(X))
    loader = torch.utils.data.DataLoader(rows, batch_size=4, shuffle=True)
    with pytest.raises(errors.DataError, match=r"predict for its data set, loader\.dataset"):
        MODEL.predict(loader)
    same(MODEL.predict(loader.dataset))
    of = torch.utils.data
    with pytest.raises(errors.DataError, match="random order"):
        MODEL.predict(of.DataLoader(rows, batch_sampler=of.BatchSampler(of.RandomSampler(rows), 4, False)))


def test_several_outputs_stay_apart():
    x = bp.Input("x", (3,))
    model = bp.Model(bp.Graph(outputs={"a": x * 2, "b": -x}), {})
    outputs = model.predict(X[i : i + 4] for i in (0, 4, 8))
    assert sorted(outputs) == ["a", "b"]
    np.testing.assert_array_equal(outputs["a"], 2 * X)


def test_an_error_names_the_batch():
    with pytest.raises(errors.ShapeError, match=r"batch 1.*needs shape"):
        MODEL.predict(iter([X, X[:, :2]]))
    with pytest.raises(errors.DataError, match="no batches"):
        MODEL.predict(iter([]))
    with pytest.raises(errors.DataError, match="batch 0: it has no 'x'"):
        MODEL.predict(iter([{"z": X}]))


def test_rows_of_different_shapes_are_refused():
    with pytest.raises(errors.ShapeError, match="rows of different shapes"):
        MODEL.predict(iter([X[0], X[1, :2]]))


def test_arrays_tables_and_names_are_no_batches():
    assert not any(map(is_batches, (X, X.tolist(), {"x": X}, "file.csv", None, (X, X))))
    assert is_batches(iter([X]))
