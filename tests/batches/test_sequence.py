"""Batches that come one after the other, anew in every epoch."""

import re

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.batches import sequence
from bprop.batches.batch import Shape
from bprop.batches.sequence import Sequence, per_epoch


@pytest.mark.parametrize("size", [7, 10, 53, 1])
def test_rows_come_in_their_order_however_they_are_cut(graph, cut, table, size):
    source = Sequence(lambda epoch: cut(size), Shape(graph))
    assert (len(source), source.batch_size) == (53, size)
    rows = source.open(0, 0, True)
    parts = [rows.take(start, min(start + 8, 53))[0] for start in range(0, 53, 8)]
    for name, array in table.items():
        np.testing.assert_array_equal(np.concatenate([part[name] for part in parts]), array)


def test_the_checksum_is_of_the_rows_and_not_of_their_cut(graph, cut, table):
    sums = {Sequence(lambda epoch, size=size: cut(size), Shape(graph)).checksum() for size in (7, 10, 53)}
    assert len(sums) == 1
    other = {**table, "x": table["x"][::-1]}
    assert Sequence(lambda epoch: [other], Shape(graph)).checksum() not in sums


def test_single_rows_make_batches_of_the_usual_size(graph, table):
    rows = list(zip(table["x"], table["y"], strict=True))
    source = Sequence(lambda epoch: rows, Shape(graph))
    assert (len(source), source.batch_size) == (53, None)


def test_an_epoch_goes_on_from_where_it_was(graph, cut, table):
    rows = Sequence(lambda epoch: cut(7), Shape(graph)).open(0, 0, True)
    np.testing.assert_array_equal(rows.take(40, 50)[0]["x"], table["x"][40:50])
    np.testing.assert_array_equal(rows.take(50, 53)[0]["x"], table["x"][50:])


def test_some_rows_by_number(graph, cut, table):
    index = np.array([0, 6, 7, 30, 52])
    part = Sequence(lambda epoch: cut(7), Shape(graph)).some(index)
    np.testing.assert_array_equal(part.arrays["x"], table["x"][index])


def test_an_epoch_has_as_many_rows_as_the_first_pass(graph, cut, table):
    source = Sequence(lambda epoch: cut(7, start=epoch), Shape(graph), by_epoch=True)
    rows = source.open(0, 1, True)
    with pytest.raises(errors.DataError, match=r"^epoch 2 has 52 rows, but the first pass had 53$"):
        rows.take(0, 53)
    source = Sequence(lambda epoch: [table] * (1 + epoch), Shape(graph))
    with pytest.raises(errors.DataError, match=r"^epoch 3 has more rows than the first pass, 53$"):
        source.open(0, 2, True).take(0, 53)


@pytest.mark.parametrize("when", [0, 2])
def test_a_bad_batch_is_named_by_its_pass_and_number(graph, cut, when):
    def batches(epoch):
        for number, batch in enumerate(cut(7)):
            bad = number == 3 and epoch == when
            yield {**batch, "x": batch["x"] * np.nan} if bad else batch

    where = "the first pass, batch 3: input 'x': nan" if when == 0 else "epoch 3, batch 3: input 'x': nan"
    with pytest.raises(errors.DataError, match=f"^{where}"):
        Sequence(batches, Shape(graph)).open(0, 2, True).take(0, 53)


def test_no_batch_at_all_is_refused(graph):
    with pytest.raises(errors.DataError, match="there is no batch: the iterable is empty"):
        Sequence(lambda epoch: [], Shape(graph))
    with pytest.raises(errors.DataError, match="the function gives a int: it must give batches"):
        Sequence(lambda epoch: 3, Shape(graph))


def test_batches_without_an_end_are_told_of(graph, table, monkeypatch, capsys):
    monkeypatch.setattr(sequence, "PATIENCE", -1.0)
    Sequence(lambda epoch: [table, table], Shape(graph))
    said = capsys.readouterr().err
    assert len(re.findall(r"bprop: 53 rows so far are counted, .*islice\(batches\(\), 1000\)", said)) == 1


def test_a_function_takes_the_epoch_or_nothing():
    assert per_epoch(lambda: [1])[0](4) == [1]
    assert per_epoch(lambda epoch: [epoch])[0](4) == [4]
    assert [per_epoch(f)[1] for f in (lambda: 1, lambda e: 1, lambda e=0: 1, lambda *e: 1)] == [
        False,
        True,
        False,
        False,
    ]
    with pytest.raises(errors.DataError, match="data is a function that needs a, b: one that makes batches takes"):
        per_epoch(lambda a, b: 1)


@pytest.mark.usefixtures("compilers")
def test_a_function_of_the_epoch_is_resumed_exactly(graph, table, same, settings, tmp_path):
    def batches(epoch):
        order = np.random.default_rng(epoch).permutation(53)
        return ({name: a[order[i : i + 7]] for name, a in table.items()} for i in range(0, 53, 7))

    for engine in ("numpy", "native"):
        of = {**settings, "engine": engine}
        place = tmp_path / engine
        whole = bp.train(graph, batches, **{**of, "epochs": 4})
        bp.train(graph, batches, checkpoint=place, **of)
        assert same(bp.train(graph, batches, resume=place, **{**of, "epochs": 4}), whole)


def test_a_run_that_was_stopped_within_an_epoch_goes_on_exactly(graph, cut, same, settings, tmp_path):
    class StopError(Exception):
        pass

    def batches(epoch, broken=False):
        for number, batch in enumerate(cut(7)):
            if broken and epoch == 1 and number == 5:
                raise StopError
            yield batch

    of, place = {**settings, "engine": "numpy", "epochs": 3}, tmp_path / "run"
    whole = bp.train(graph, lambda epoch: batches(epoch), **of)
    with pytest.raises(StopError):
        bp.train(graph, lambda epoch: batches(epoch, True), checkpoint=place, every="2steps", **of)
    resumed = bp.train(graph, lambda epoch: batches(epoch), checkpoint=place, resume=True, **of)
    assert same(resumed, whole)


class Shuffled:
    """Other rows in every pass."""

    def __init__(self, table):
        self.table, self.rng = table, np.random.default_rng()

    def __iter__(self):
        order = self.rng.permutation(53)
        return ({name: a[order[i : i + 7]] for name, a in self.table.items()} for i in range(0, 53, 7))


def test_batches_that_cannot_be_repeated_are_told_of_and_not_resumed(graph, table, settings, tmp_path, capsys):
    of, place = {**settings, "engine": "numpy"}, tmp_path / "c.checkpoint"
    bp.train(graph, Shuffled(table), **of)
    assert capsys.readouterr().err == ""  # without a checkpoint nobody needs to know
    bp.train(graph, Shuffled(table), checkpoint=place, **of)
    said = capsys.readouterr().err
    assert said.count("bprop: its checkpoints cannot be resumed exactly: these batches come in another order") == 1
    with pytest.raises(errors.ModelFileError, match=r"checksum of the data was .*give a function of the epoch"):
        bp.train(graph, Shuffled(table), resume=place, **{**of, "epochs": 4})
