"""What is recognised as data, beside arrays by name."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.batches import Opened, opened
from bprop.batches.indexed import Indexed
from bprop.batches.sequence import Sequence
from bprop.data import DataSet


def test_arrays_stay_as_they_are(graph, table):
    x, y = table.values()
    for data in (table, (x, y), [x, y], x, DataSet(table), None, "a.csv", 3, x.tolist()):
        assert opened(graph, data) is data


class Numbered:
    def __init__(self, table, size):
        self.table, self.size = table, size

    def __len__(self):
        return -(-53 // self.size)

    def __getitem__(self, i):
        rows = slice(i * self.size, (i + 1) * self.size) if self.size > 1 else i
        return self.table["x"][rows], self.table["y"][rows]


def test_iterables_functions_and_data_sets_are_told_apart(graph, table, cut):
    class Iterable:
        def __iter__(self):
            return cut(10)

    expected = {
        "iterator": (cut(10), None), "iterable": (Iterable(), Sequence), "function": (lambda: cut(10), Sequence),
        "list": ([*cut(10)], Sequence), "rows by number": (Numbered(table, 1), Indexed),
        "batches by number": (Numbered(table, 10), Sequence),
        "list of rows": (list(zip(table["x"], table["y"], strict=True)), Sequence),
    }  # fmt: skip
    for what, (data, kind) in expected.items():
        found = opened(graph, data)
        assert isinstance(found, Opened), what
        assert (type(None) if found.source is None else type(found.source())) is (kind or type(None)), what
        rows = [arrays["x"] for arrays in found.batches()]
        np.testing.assert_array_equal(np.concatenate(rows), table["x"], err_msg=what)


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_all_of_them_train_as_arrays(graph, table, cut, same, settings, engine):
    of = {**settings, "engine": engine, "validation": table}
    in_order = bp.train(graph, table, **{**of, "shuffle": False})
    for data in (lambda: cut(7), lambda epoch: cut(10), [*cut(53)], Numbered(table, 7)):
        assert same(bp.train(graph, data, **of), in_order)
    assert same(bp.train(graph, cut(7), **{**of, "shuffle": False, "validation": cut(20)}), in_order)


def test_models_are_evaluated_on_them(graph, table, cut):
    model = bp.Model(graph, graph.init(0))
    for data in (cut(10), lambda: cut(10), [*cut(10)], Numbered(table, 1)):
        assert model.evaluate(data) == model.evaluate(table)
    with pytest.raises(errors.DataError, match="weights: give them with arrays by name"):
        model.evaluate(cut(10), weights=np.ones(53))


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (iter([]), errors.DataError, "there is no batch"),
        ([{"x": np.ones((2, 4))}], errors.UnknownNameError, "batch 0: missing inputs: 'y'"),
        (Numbered, errors.DataError, "data is the class Numbered: make an object of it"),
        (iter([3]), errors.DataError, "batch 0: it is one array"),
        (object(), errors.DTypeError, "data is arrays by name"),
    ],
)
def test_what_is_no_data_is_refused(graph, data, error, message):
    with pytest.raises(error, match=message):
        bp.train(graph, data, engine="numpy", progress=False)


def test_weights_and_shares_are_for_arrays(graph, table, cut, settings):
    for data in (cut(7), lambda: cut(7)):
        with pytest.raises(errors.SettingError, match=r"^weights: it needs arrays by name"):
            bp.train(graph, data, weights=np.ones(53), **settings)
    with pytest.raises(errors.SettingError, match=r"^validation_weights: it needs arrays by name"):
        bp.train(graph, table, validation=cut(7), validation_weights=np.ones(53), **settings)
    with pytest.raises(errors.SettingError, match=r"^class_weight: it needs arrays by name"):
        bp.train(graph, lambda: cut(7), class_weight="balanced", **settings)
    with pytest.raises(errors.SettingError, match="is a share, but batches that come one after the other cannot be"):
        bp.train(graph, lambda: cut(7), validation=0.2, **settings)
    fit = bp.train(graph, cut(7), validation=0.2, engine="numpy", **settings)
    assert fit.settings["validation_examples"] == 11


def test_an_iterable_that_counts_its_epochs_is_set_to_them(graph, cut, settings):
    class Counted:
        def __init__(self):
            self.epochs = []

        def set_epoch(self, epoch):
            self.epochs.append(epoch)

        def __iter__(self):
            return cut(7)

    data = Counted()
    bp.train(graph, data, engine="numpy", **settings)
    assert data.epochs == [0, 0, 1]


def test_data_sets_of_hugging_face(graph, table, same, settings):
    datasets = pytest.importorskip("datasets")
    made = datasets.Dataset.from_dict({"x": table["x"].tolist(), "y": table["y"].tolist(), "id": list(range(53))})
    of = {**settings, "engine": "numpy"}
    arrays, in_order = (bp.train(graph, table, **{**of, "shuffle": shuffle}) for shuffle in (True, False))
    assert same(bp.train(graph, made, **of), arrays)
    assert same(bp.train(graph, made.to_iterable_dataset(), **of), in_order)
    doubled = made.with_transform(lambda rows: {"x": 2 * np.asarray(rows["x"]), "y": rows["y"]})
    assert same(bp.train(graph, doubled, **of), bp.train(graph, {**table, "x": 2 * table["x"]}, **of))
    with pytest.raises(errors.DataError, match=r"has no column 'x'.*data.rename_column\(old, 'x'\)"):
        bp.train(graph, made.rename_column("x", "a"), **of)
    with pytest.raises(
        errors.DataError, match=r"several data sets, 'train', 'test': give one of them, data\['train'\]"
    ):
        bp.train(graph, datasets.DatasetDict(train=made, test=made), **of)
