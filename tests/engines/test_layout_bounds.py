"""At which sizes exactly the layout changes: the numbers in the module's notes."""

import pytest

import bprop as bp
from bprop.engines.layout import transposed_weights, unrolled_steps


def layers(*shapes):
    x = bp.Input("x", (shapes[0][0],))
    h = x
    for k, shape in enumerate(shapes):
        h = bp.linear(h, bp.Parameter(f"W{k}", shape), bp.Parameter(f"b{k}", shape[1:]))
    return bp.Graph(loss=bp.sum(h, axis=1))


SMALL = (256, 256)  # 256 KiB
LARGE = (512, 1024)  # 2 MiB


@pytest.mark.parametrize(
    ("shapes", "batch_size", "steps"),
    [
        ([SMALL], 1, 2),
        ([(1, 65536)], 1, 2),
        ([(1, 65537)], 1, 1),
        ([SMALL], 2, 1),
        ([(512, 1025), (1025, 512)], 2, 2),
        ([(512, 1025), (1025, 512)], 31, 2),
        ([(512, 1025), (1025, 512)], 32, 1),
        ([(512, 1025), (1025, 512)], 1, 1),
        ([(512, 1025), (1025, 500)], 31, 1),  # one alone is large
        ([LARGE, LARGE[::-1]], 31, 1),
    ],
)
def test_two_steps_a_turn_for_tiny_networks_and_for_deep_ones(shapes, batch_size, steps):
    assert unrolled_steps(layers(*shapes), batch_size) == steps


def test_a_graph_without_parameters_is_tiny():
    assert unrolled_steps(bp.Graph(loss=bp.square(bp.Input("x"))), 1) == 2


@pytest.mark.parametrize(
    ("shape", "batch_size", "transposed"),
    [
        (LARGE, 2, {"W0"}),
        ((512, 1025), 1, {"W0"}),
        ((512, 1025), 2, set()),
        ((512, 1025), 31, set()),
        ((512, 1025), 32, {"W0"}),
    ],
)
def test_large_weights_lie_as_they_are_where_batches_are_skinny(shape, batch_size, transposed):
    assert transposed_weights(layers(shape), batch_size) == transposed
