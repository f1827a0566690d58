import pytest

from bprop.errors import GraphError
from bprop.structure.order import topological_order


class Node:
    def __init__(self, name, *children):
        self.name, self.children = name, list(children)


def order(*roots):
    return [node.name for node in topological_order(roots, lambda node: node.children)]


def test_children_come_first_and_each_once():
    x = Node("x")
    left, right = Node("left", x), Node("right", x)
    assert order(Node("top", left, right)) == ["x", "left", "right", "top"]


def test_a_child_that_occurs_twice_is_listed_once():
    x = Node("x")
    assert order(Node("square", x, x)) == ["x", "square"]


def test_several_roots_share_their_boxes():
    x = Node("x")
    a, b = Node("a", x), Node("b", x)
    assert order(a, b, a, x) == ["x", "a", "b"]


def test_no_roots_no_order():
    assert order() == []


def test_a_child_near_the_root_waits_for_the_long_way_round():
    x = Node("x")
    a = Node("a", x)
    b = Node("b", a)
    assert order(Node("top", x, b, a)) == ["x", "a", "b", "top"]


def test_a_ladder_of_diamonds_is_visited_once_a_box():
    rung, calls = Node("x"), []
    for i in range(200):  # 2^200 ways from top to bottom
        rung = Node(f"r{i}", Node(f"a{i}", rung), Node(f"b{i}", rung))
    found = topological_order([rung], lambda node: calls.append(node) or node.children)
    assert len(found) == len(calls) == 601


def test_a_long_chain_needs_no_deep_stack():
    node = Node("x")
    for i in range(50_000):
        node = Node(str(i), node)
    assert len(order(node)) == 50_001


def test_a_cycle_is_refused_and_shown():
    a, b, c = Node("a"), Node("b"), Node("c")
    a.children, b.children, c.children = [b], [c], [a]
    with pytest.raises(GraphError, match="a needs b needs c needs a"):
        order(Node("top", a))


def test_a_box_that_needs_itself_is_a_cycle():
    a = Node("a")
    a.children = [a]
    with pytest.raises(GraphError, match="cycle: a needs a"):
        order(a)
