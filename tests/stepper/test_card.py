"""A stepper as a card."""

import re

import numpy as np

import bprop as bp


def test_the_card_has_the_boxes_the_move_and_its_mathematics_without_a_script():
    graph = bp.mlp([3, 4, 2], l2=0.1)
    stepper = bp.Stepper(graph, graph.init(0), {"x": np.eye(3), "y": [0, 1, 1]}, rule=bp.SGD(0.1))
    seen = set()
    while not stepper.done:
        html = stepper.step()._repr_html_()
        assert html.count("aria-current='step'") == (stepper.last.phase != "seed")
        assert "<script" not in html and len(html) < 60_000
        seen.add("<math" in html)
    assert True in seen
    assert "no gradient: loss is computed from a2 directly" in html


def test_hostile_names_are_harmless():
    x, w = bp.Input("<img src=x>", (2,)), bp.Parameter("'><script>", (2,))
    graph = bp.Graph(loss=bp.square(bp.matmul(x, w, name="<b>h")))
    stepper = bp.Stepper(graph, {"'><script>": [1.0, 2.0]}, {"<img src=x>": np.ones((3, 2))}).run()
    for position in range(stepper.position + 1):
        html = stepper.go(position)._repr_html_()
        assert not re.search(r"<(img|script|b>h)", html)


def test_of_thousands_of_boxes_those_around_the_move_are_listed():
    box = bp.Input("x") * bp.Parameter("w", ())
    for _ in range(3000):
        box = box + 0.5
    stepper = bp.Stepper(bp.Graph(loss=box), {"w": 1.0}, {"x": np.ones(2)}).step(1500)
    html = stepper._repr_html_()
    assert "boxes before" in html and "boxes after" in html and len(html) < 40_000


def test_every_state_has_a_sign_and_words():
    graph = bp.mlp([3, 4, 2])
    html = bp.Stepper(graph, graph.init(0), {"x": np.eye(3), "y": [0, 1, 1]}).run("fprop").step(3)._repr_html_()
    assert "title='value: value'" in html and "title='gradient: not yet'" in html and "title='gradient: none'" in html
