"""How gradients are drawn."""

import bprop as bp
from bprop.draw.gradients import is_gradient, owner_of, parts_of, step_of


def graph():
    x, w = bp.Input("x"), bp.Parameter("w")
    return bp.Graph(loss=bp.square(bp.tanh(w * x, name="h"), name="loss")).backward()


def test_a_part_of_a_bprop_is_drawn_with_the_gradient_that_it_serves():
    backward = graph()
    units = {part.name: top.name for part, top in parts_of(backward, ()).items()}
    assert units["bprop h: add"].startswith("d objective / d ")
    assert all(name.startswith("bprop ") for name in units)
    assert "bprop h: add" not in {part.name for part in parts_of(backward, [backward.boxes["bprop h: add"]])}


def test_gradients_are_known_by_their_names():
    backward = graph()
    assert is_gradient(backward.boxes["d objective / d h"]) and is_gradient(backward.boxes["bprop h: add"])
    assert not is_gradient(backward.boxes["h"]) and not is_gradient(bp.tanh(bp.Input("x")))
    assert owner_of(backward.boxes["bprop h: add"]) == "h" and owner_of(backward.boxes["h"]) is None
    assert step_of(backward.boxes["bprop h: add"]) == "+" and step_of(backward.boxes["h"]) == "tanh"


def test_a_drawing_lists_few_boxes_and_counts_many():
    x, y = bp.Input("x", (3,)), bp.Input("y", dtype="int")
    h = bp.tanh(bp.linear(x, bp.Parameter("W", (3, 4)), bp.Parameter("b", (4,)), name="a"), name="h")
    a2 = bp.linear(h, bp.Parameter("V", (4, 2)), bp.Parameter("c", (2,)), name="a2")
    drawn = bp.Graph(loss=bp.cross_entropy(a2, y, name="loss")).backward().draw().svg()
    assert "bprop a2" in drawn and "transpose → @" in drawn and " boxes<" in drawn and ">gradient<" in drawn
