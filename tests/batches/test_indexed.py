"""Rows by number, as a Dataset of PyTorch has them."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.batches.batch import Shape
from bprop.batches.indexed import Indexed, fetch_rows
from bprop.data import batch_order, split


class Rows:
    """As a map-style Dataset: rows by number."""

    def __init__(self, table, bad=None):
        self.table, self.bad, self.asked = table, bad, []

    def __len__(self):
        return 53

    def __getitem__(self, number):
        self.asked.append(number)
        assert type(number) is int
        x = self.table["x"][number]
        return (x * np.nan if number == self.bad else x), self.table["y"][number]


def source(rows, graph):
    return Indexed(len(rows), fetch_rows(rows, Shape(graph)))


def test_only_the_rows_that_are_taken_are_read(graph, table):
    rows = Rows(table)
    taken, weights = source(rows, graph).open(5, 1, True).take(3, 9)
    order = batch_order(53, 5, 1)[3:9]
    assert rows.asked == order.tolist()
    np.testing.assert_array_equal(taken["x"], table["x"][order])
    assert weights is None


def test_rows_are_read_together_where_the_data_set_can(graph, table):
    class Together(Rows):
        def __getitems__(self, numbers):
            return [super(Together, self).__getitem__(number) for number in numbers]

        def __getitem__(self, number):
            raise AssertionError

    np.testing.assert_array_equal(source(Together(table), graph).read(np.array([4, 2]))["x"], table["x"][[4, 2]])


def test_a_part_has_the_rows_of_its_numbers(graph, table):
    part = source(Rows(table), graph).part(np.array([5, 7, 50]))
    assert len(part) == 3
    np.testing.assert_array_equal(part.some(np.array([0, 2])).arrays["x"], table["x"][[5, 50]])


def test_the_checksum_is_that_of_the_rows(graph, table):
    one, other = (source(Rows(t), graph).checksum() for t in (table, {**table, "x": table["x"] + 1}))
    assert one == source(Rows(table), graph).checksum() != other


def test_a_bad_row_is_refused_with_its_number(graph, table):
    with pytest.raises(errors.DataError, match=r"^row 9: input 'x': nan at row 0"):
        source(Rows(table, bad=9), graph).read(np.array([9]))
    with pytest.raises(errors.DataError, match=r"^rows 8 to 10: input 'x': nan at row 1"):
        source(Rows(table, bad=9), graph).read(np.array([8, 9, 10]))


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_it_trains_as_the_same_rows_in_arrays(graph, table, same, settings, engine):
    for more in ({}, {"validation": 0.2}, {"shuffle": False, "validation": table}):
        of = {**settings, **more, "engine": engine}
        assert same(bp.train(graph, Rows(table), **of), bp.train(graph, table, **of)), more


def test_a_share_is_held_out_as_of_arrays(graph, table, settings):
    fit = bp.train(graph, Rows(table), validation=0.2, engine="numpy", **settings)
    kept, held = split(53, 0.2, settings["seed"])
    assert (fit.settings["examples"], fit.settings["validation_examples"]) == (len(kept), len(held))


def test_the_rows_that_make_a_loss_infinite_are_named_as_in_the_data_set(graph, table):
    rows = {**table, "x": table["x"].copy()}
    rows["x"][41] = 1e30
    deep = bp.mlp([4, 5, 2], activation=lambda a: bp.exp(a))
    with pytest.raises(errors.NonFiniteError, match=r"for row 41 of the data"):
        bp.train(deep, Rows(rows), batch_size=4, engine="numpy", progress=False)


def test_data_sets_of_pytorch(graph, table, same, settings):
    data = pytest.importorskip("torch.utils.data")
    torch = pytest.importorskip("torch")
    x, y = torch.tensor(table["x"]), torch.tensor(table["y"])
    of = {**settings, "engine": "numpy"}
    arrays = bp.train(graph, table, **of)
    assert same(bp.train(graph, data.TensorDataset(x, y), **of), arrays)
    assert same(bp.train(graph, data.ConcatDataset([data.TensorDataset(x, y)]), **of), arrays)
    in_order = bp.train(graph, table, **{**of, "shuffle": False})
    loader = data.DataLoader(data.TensorDataset(x, y), batch_size=7)
    assert same(
        bp.train(graph, loader, validation=loader, **of),
        bp.train(graph, table, validation=table, **{**of, "shuffle": False}),
    )
    assert same(bp.train(graph, loader, **{**of, "batch_size": None}), in_order)
