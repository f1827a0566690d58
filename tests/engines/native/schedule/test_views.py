import numpy as np
import pytest

from bprop.engines.native.schedule.buffers import Layout
from bprop.engines.native.schedule.views import access, groups, reshaped
from bprop.engines.trace.functions import new_tape

LANES = 4
MAKE = {
    "transpose": lambda xp, a: xp.transpose(a, (2, 0, 3, 1)),
    "slice": lambda xp, a: a[:, ::-1, 1:5:2],
    "windows": lambda xp, a: xp.windows(a, (2, 3), (1, 2), (2, 1)),
    "split": lambda xp, a: a.reshape(2, 5, 3, 2, 3),
    "merged": lambda xp, a: a.reshape(10, 6, 3),
    "all together": lambda xp, a: xp.transpose(xp.windows(a[:, 1:], (2, 2), (1, 1), (1, 1)), (3, 0, 1, 2, 5, 4)),
}


def traced(kind):
    tape = new_tape(np.dtype("float64"))
    base = tape.leaf("state a", (2, 5, 6, 3), tape.dtype)
    return base, MAKE[kind](tape.functions, base)


@pytest.mark.parametrize("kind", MAKE)
def test_elements_of_a_view_lie_where_its_strides_say(kind):
    base, view = traced(kind)
    layout = Layout.padded(base.shape, base.dtype, LANES)
    values = np.arange(float(np.prod(base.shape))).reshape(base.shape)
    memory = np.full(layout.length, np.nan)
    layout.view(memory)[...] = values
    where = access(view, LANES)
    assert where.base is base

    class Xp:
        transpose = staticmethod(np.transpose)

        @staticmethod
        def windows(a, *how):
            from bprop.namespace import windows

            return windows(a, *how)

    expected = MAKE[kind](Xp, values)
    for index in np.ndindex(expected.shape):
        place = where.start + sum(i * stride for i, stride in zip(index, where.strides, strict=True))
        assert memory[place] == expected[index]


def test_an_array_that_no_strides_describe_is_read_from_memory_of_its_own():
    tape = new_tape(np.dtype("float64"))
    base = tape.leaf("state a", (4, 6), tape.dtype)
    turned = base.T.reshape(3, 8)
    assert access(turned, LANES).base is turned
    padded = tape.leaf("state b", (4, 6), tape.dtype).reshape(24)  # between its rows are zeros
    assert access(padded, LANES).base is padded


def test_axes_of_one_element_need_no_stride():
    strides = reshaped((3, 1, 4), (4, 0, 1), (1, 3, 4, 1))
    assert strides is not None
    assert strides[1:3] == (4, 1)
    assert reshaped((6, 4), (8, 1), (2, 3, 4)) == (24, 8, 1)
    assert reshaped((6, 4), (8, 1), (24,)) is None


def test_groups_are_the_smallest_runs_of_equal_size():
    assert groups((6, 4), (2, 3, 4)) == [([0], [0, 1]), ([1], [2])]
