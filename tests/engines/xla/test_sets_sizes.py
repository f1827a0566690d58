"""How large chunks are, what lies in each, and which rows a part is of."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job

pytest.importorskip("jax")
sets = pytest.importorskip("bprop.engines.xla.sets")
SINGLE = np.dtype("float32")


def source(count, dtype=SINGLE, weights=None):
    """x (2, 3) in float64, narrowed to the run's dtype, and y of one byte."""
    arrays = {"x": np.arange(6.0 * count).reshape(count, 2, 3), "y": np.arange(count, dtype=np.int8)}
    graph = bp.Graph(outputs={"a": 2.0 * bp.Input("x", (2, 3)), "b": bp.Input("y", (), dtype="int") + 1})
    data = DataSet(arrays, weights)
    return sets.Source.of(data, Job(graph, bp.SGD(), data, 1, dtype, 0))


def test_an_example_takes_the_bytes_of_its_numbers_and_of_its_weight():
    assert source(5).row_bytes == 6 * 4 + 1
    assert source(5, np.dtype("float64")).row_bytes == 6 * 8 + 1
    assert source(5, weights=np.ones(5)).row_bytes == 6 * 4 + 1 + 4


@pytest.mark.parametrize(
    ("budget", "turn", "steps", "evaluated"),
    [
        (2 * 25 * 40, 2, 10, 512),  # forty rows in half of the budget: ten steps of four
        (2 * 25 * 40 - 2, 2, 8, 512),
        (2 * 25 * 40, 3, 9, 512),
        (1, 3, 3, 512),
        (2 * 25 * 1023, 1, 255, 512),
        (2 * 25 * 1024, 1, 256, 1024),
        (10**12, 1, 64 * 2**20 // 25 // 4, 1536),
    ],
)
def test_a_chunk_is_of_whole_turns_and_fits_twice_into_the_budget(budget, turn, steps, evaluated):
    made = sets.Streamed(source(1500), 4, turn, budget)
    assert (made.steps, made.size, made.evaluated) == (steps, 4 * steps, evaluated)
    np.testing.assert_array_equal(made.positions, np.arange(4 * steps))


def streamed(count=21, steps=2):
    made = sets.Streamed(source(count), 4, 1, 2 * 25 * 4 * steps)
    assert made.steps == steps
    order = np.arange(count, dtype=np.int32)[::-1]
    made.set_order(np.concatenate([order, np.full(24 - count, order[20], np.int32)]))
    return made


def test_parts_are_the_chunks_in_which_the_steps_lie():
    made = streamed()
    parts = list(made.parts(1, 5))
    assert [(part.start, part.count) for part in parts] == [(1, 1), (0, 2), (0, 2)]
    assert [int(part.rows) for part in parts] == [8, 8, 5]
    rows = [np.asarray(part.arrays["y"]).tolist() for part in parts]
    assert rows == [list(range(20, 12, -1)), list(range(12, 4, -1)), [4, 3, 2, 1, 0, 0, 0, 0]]
    np.testing.assert_array_equal(parts[0].arrays["x"][0], np.arange(120.0, 126.0).reshape(2, 3))


def test_the_chunk_after_next_is_not_held_and_the_last_is_not_followed():
    made = streamed()
    seen = [sorted(made.chunks) for _ in made.parts(0, 6)]
    assert seen == [[0], [0, 1], [1, 2]]
    assert sorted(made.chunks) == [1, 2]


def test_a_new_order_forgets_the_chunks():
    made = streamed()
    list(made.parts(0, 1))
    assert made.chunks
    made.set_order(np.arange(24, dtype=np.int32) % 21)
    assert made.chunks == {}
    assert np.asarray(next(iter(made.parts(0, 1))).arrays["y"])[0] == 0


def test_a_chunk_that_is_not_full_is_filled_with_the_first_row():
    made = streamed()
    made.set_order(np.arange(10, dtype=np.int32) + 3)
    arrays, weights = made._chunk(1)
    assert np.asarray(arrays["y"]).tolist() == [11, 12, 3, 3, 3, 3, 3, 3]
    assert weights is None


def test_the_last_step_is_by_itself():
    for made in (streamed(), sets.Resident(source(21))):
        made.set_order(np.arange(24, dtype=np.int32)[::-1] % 21)
        part = made.last(20, 1)
        assert (int(part.rows), part.start, part.count) == (1, 0, 1)
        row = np.asarray(part.order)[0]
        assert np.asarray(part.arrays["y"])[row] == 3
        assert len(part.order) == 1


def test_the_whole_set_and_its_pieces_have_every_row_once():
    held = sets.Resident(source(700))
    arrays, weights, rows = held.whole()
    assert (int(rows), weights) == (700, None)
    assert [one is two for one, two in zip(next(iter(held.pieces())), held.whole(), strict=True)] == [True] * 3
    apart = sets.Streamed(source(700, weights=np.arange(700.0)), 4, 1, 1)
    arrays, weights, rows = apart.whole()
    assert (len(arrays["x"]), len(weights), int(rows)) == (700, 700, 700)
    pieces = list(apart.pieces())
    assert [int(rows) for _, _, rows in pieces] == [512, 188]
    np.testing.assert_array_equal(np.concatenate([w[: int(n)] for _, w, n in pieces]), np.arange(700.0))
    assert {len(arrays["x"]) for arrays, _, _ in pieces} == {512}


def test_all_steps_of_a_set_on_the_device_are_one_part():
    held = sets.Resident(source(21))
    order = np.arange(24, dtype=np.int32)
    held.set_order(order)
    (part,) = held.parts(2, 3)
    assert (int(part.rows), part.start, part.count) == (21, 2, 3)
    np.testing.assert_array_equal(part.order, order)
