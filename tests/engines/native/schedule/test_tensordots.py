import numpy as np

from bprop.engines.native.schedule.tensordots import Axis, merged, tensor_form, tile_axes
from bprop.engines.trace.functions import new_tape

LANES = 4


def traced(*shapes):
    tape = new_tape(np.dtype("float64"))
    return tape.functions, [tape.leaf(f"state {i}", shape, tape.dtype) for i, shape in enumerate(shapes)]


def test_windows_are_read_from_the_picture_without_a_copy():
    xp, (x, W) = traced((2, 9, 9, 3), (5, 5, 3, 8))
    product = xp.tensordot(xp.windows(x, (5, 5), (1, 1), (1, 1)), W, axes=((3, 4, 5), (0, 1, 2)))
    form = tensor_form(product, LANES)
    assert form.operands == (x, W)
    assert form.column == Axis(8, 0, 1, 3)
    assert [axis.out for axis in (*form.loops, *form.rows)] == [0, 1, 2]
    assert form.work == 2 * 5 * 5 * 8 * 75


def test_an_operand_whose_last_axis_lies_apart_is_copied():
    xp, (a, b) = traced((3, 4, 5), (3, 6, 5))
    form = tensor_form(a @ xp.swapaxes(b, 1, 2), LANES)
    assert form.B.base.op == "transpose"
    assert form.column.of_b == 1


def test_batches_are_loops_and_what_only_broadcasts_has_no_stride():
    _, (a, b) = traced((2, 1, 9, 4), (3, 4, 8))
    form = tensor_form(a @ b, LANES)
    strides = {axis.out: (axis.size, axis.of_a > 0, axis.of_b > 0) for axis in (*form.loops, *form.rows)}
    assert strides == {0: (2, True, False), 1: (3, False, True), 2: (9, True, False)}


def test_few_rows_are_taken_together_with_those_of_the_axis_before():
    def axes(*sizes):
        return tuple(Axis(size, 1, 0, i) for i, size in enumerate(sizes))

    assert tile_axes(axes(5, 5, 6)) == 2
    assert tile_axes(axes(5, 5, 1)) == 3
    assert tile_axes(axes(3, 32)) == 1
    assert tile_axes(axes(100, 2)) == 1  # too many to write out one by one
    assert tile_axes(()) == 0


def test_summed_axes_that_one_stride_goes_through_are_one():
    one = merged((Axis(3, 20, 8, None), Axis(5, 4, 2, None), Axis(1, 0, 0, None), Axis(2, 2, 1, None)))
    assert one == (Axis(3, 20, 8, None), Axis(10, 2, 1, None))
    assert merged((Axis(3, 10, 5, None), Axis(5, 2, 1, None))) == (Axis(15, 2, 1, None),)
