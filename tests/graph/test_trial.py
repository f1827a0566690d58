"""Boxes are tried out on marked rows."""

from itertools import product

import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors
from bprop.graph.mixing import has_rows
from bprop.graph.trial import APART, try_out

CATALOGUE = boxes.catalogue()


def placed(cls):
    """(box, which children have rows), for every example of a box and all ways in which they can lie in a graph."""
    for *arrays, last in cls.examples(np.random.default_rng(1)):
        hyper = last if isinstance(last, dict) else {}
        arrays = [np.asarray(a) for a in (arrays if hyper else [*arrays, last])]
        for moving in product([False, True], repeat=len(arrays)):
            children = [leaf(f"c{i}", a, m) for i, (a, m) in enumerate(zip(arrays, moving, strict=True))]
            try:
                box = cls(*children, **hyper)
            except (errors.BpropError, ValueError):
                continue  # it does not fit so
            if any(moving) and (has_rows(box.dims) or "weights" in cls.needs):
                yield box, moving


def leaf(name, array, moving):
    kind = {"f": "float", "i": "int", "b": "bool"}[array.dtype.kind]
    return bp.Input(name, array.shape[1:], kind) if moving and array.ndim else bp.Constant(array)


@pytest.mark.parametrize("cls", CATALOGUE, ids=lambda cls: cls.__name__)
def test_what_our_boxes_declare_about_rows_agrees_with_the_trial(cls):
    for box, moving in placed(cls):
        children = [bool(c.dims[:1] == ("N",)) for c in box.children]
        if box.keeps_rows:
            assert try_out(box, children, True) is True, (box, moving)
            assert try_out(box, children, False) is ("weights" not in cls.needs), (box, moving)
        elif box.keeps_rows is False:
            assert not try_out(box, children, True), (box, moving)


def test_every_box_that_can_keep_rows_says_so():
    silent = {cls.__name__ for cls in CATALOGUE if cls.keeps_rows is None and any(True for _ in placed(cls))}
    assert not silent


def test_trying_out_is_the_same_every_time():
    class Rounded(bp.Box):
        seen: list = []

        def fprop(self, a):
            Rounded.seen.append(np.array(a))
            return a

        def bprop(self, grad, value, a):
            return grad

    box = Rounded(bp.Input("x", (2,)))
    Rounded.seen.clear()
    assert try_out(box, [True], True) is True
    first, Rounded.seen = Rounded.seen, []
    assert try_out(box, [True], True) is True
    assert len(first) == len(Rounded.seen) > 4
    for one, other in zip(first, Rounded.seen, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_large_box_is_tried_once(monkeypatch):
    tried = []

    class Own(bp.Box):
        def fprop(self, h, W):
            tried.append(len(h))
            return h @ W

        def bprop(self, grad, value, h, W):
            return grad @ W.T, h.T @ grad

    box = Own(bp.Input("x", (400,)), bp.Parameter("W", (400, 300)))
    tried.clear()
    assert try_out(box, [True, False], True) is True
    assert tried == [6, 3]


def test_a_row_that_reaches_a_large_gradient_is_detected():
    class Leaky(bp.Box):
        def fprop(self, h, W):
            return h @ W

        def bprop(self, grad, value, h, W):
            return grad @ W.T, h.T @ (grad + 1e-3)

    assert try_out(Leaky(bp.Input("x", (400,)), bp.Parameter("W", (400, 300))), [True, False], True) is False


class Limit(Exception):  # noqa: N818
    """The exception of a time limit, raised in any code."""


def raises_once(monkeypatch, cls):
    """fprop of a class of boxes meets the time limit the next time, and only then."""
    fprop, calls = cls.fprop, []

    def limited(self, *children):
        calls.append(self)
        if len(calls) == 1:
            raise Limit
        return fprop(self, *children)

    monkeypatch.setattr(cls, "fprop", limited)


def test_a_time_limit_that_comes_while_a_box_is_tried_out_is_passed_on(monkeypatch):
    """Else rows would be taken for mixed, or for apart, which decides what the graph computes."""
    box = bp.tanh(bp.Input("x", (3,)))
    raises_once(monkeypatch, type(box))
    with pytest.raises(Limit):
        try_out(box, [True], training=True)
    assert try_out(box, [True], training=True) is APART


def test_a_box_that_refuses_some_numbers_is_tried_with_others(monkeypatch):
    box = bp.tanh(bp.Input("x", (3,)))
    fprop = type(box).fprop

    def picky(self, a):
        if (a < 0).any():
            raise ValueError("no negative numbers")
        return fprop(self, a)

    monkeypatch.setattr(type(box), "fprop", picky)
    assert try_out(box, [True], training=True) is APART
