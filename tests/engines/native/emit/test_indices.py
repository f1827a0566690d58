"""Arithmetic with indices: which axes of two shapes go together; what is known while emitting costs no instruction."""

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("llvmlite")

from llvmlite import ir

from bprop.engines.native.emit.emitter import I64, VOID, Emitter
from bprop.engines.native.emit.indices import Indices, Lane, Many, groups, index_key

shapes = st.lists(st.integers(1, 4), max_size=5).map(tuple)


@pytest.fixture
def indices():
    """Indices of a function with one whole number as argument."""
    module = ir.Module("test")
    function = ir.Function(module, ir.FunctionType(VOID, [I64]), "run")
    return Indices(Emitter(module, ir.IRBuilder(function.append_basic_block("entry")), 4))


@given(shapes, st.randoms())
def test_axes_that_hold_equally_many_elements_go_together(shape, random):
    inner = [*shape, 1]
    random.shuffle(inner)
    if len(inner) > 2:
        inner[:2] = [inner[0] * inner[1]]
    found = groups(shape, tuple(inner))
    assert [i for outer, _ in found for i in outer] == list(range(len(shape)))
    assert [j for _, own in found for j in own] == list(range(len(inner)))
    assert all(prod(shape[i] for i in outer) == prod(inner[j] for j in own) for outer, own in found)


def test_axes_that_are_the_same_are_groups_of_their_own():
    assert groups((4, 3, 5), (4, 15)) == [([0], [0]), ([1, 2], [1])]
    assert groups((6, 5), (2, 3, 5)) == [([0], [0, 1]), ([1], [2])]


def test_numbers_that_are_known_are_computed_while_emitting(indices):
    assert indices.plus(2, indices.times(3, 4)) == 14
    assert indices.shifted(5, 1, -2) == -9
    assert indices.reshaped((1, 2), (3, 4), (2, 6)) == (1, 0)
    assert indices.reshaped((7,), (12,), (2, 3, 2)) == (1, 0, 1)
    assert indices.plus(Lane(8), 3) == Lane(11)
    assert indices.times(Lane(8, 2), -3) == Lane(-24, -6)
    assert indices.times(Lane(8), 0) == 0
    assert not indices.b.block.instructions


def test_lanes_that_are_divided_become_any_number_for_each_lane(indices):
    assert isinstance(indices.divided(Lane(0), 3), Many)
    assert isinstance(indices.remainder(Lane(0), 3), Many)
    assert [one.opname for one in indices.b.block.instructions].count("urem") == 1
    place = indices.plus(indices.e.b.function.args[0], 1)
    assert indices.divided(place, 3).opname == "udiv"  # the same for all lanes


def test_indices_have_one_key_if_they_are_the_same(indices):
    argument = indices.e.b.function.args[0]
    assert index_key(Lane(3)) == index_key(Lane(3)) != index_key(Lane(3, 2))
    assert index_key(Lane(argument)) == index_key(Lane(argument)) != index_key(argument)
    assert len({index_key(i) for i in (3, Lane(3), Many(argument), argument)}) == 4
    other = indices.plus(argument, 1)
    assert index_key(Many(argument)) == index_key(Many(argument)) != index_key(Many(other))
