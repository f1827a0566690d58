"""Whose weights the results are of."""

import bprop as bp
from bprop.reporting.whose import whose


def test_it_is_said_whose_weights_the_results_are_of(classes):
    fit, _ = classes
    assert whose(fit) == ""
    fit.stopped, fit.best_epoch = "patience", 5
    assert "weights of epoch 5, the best on the validation set" in whose(fit)
    fit.best_epoch = 8
    assert whose(fit) == ""  # the last
    fit.stopped, fit.updates = "interrupted", 1234
    assert "interrupted, after 1,234 updates" in whose(fit)


def test_results_of_several_networks_say_whose_they_are():
    graph = bp.mlp([2, 2])
    model = bp.Model(graph, graph.init(0), notes={"ensemble": [{"best_epoch": 3}, {"best_epoch": 5}]})
    assert "the mean of 2 networks" in whose(model)
    assert "(3, 5)" in whose(model)
