import numpy as np

from bprop.graph.objective import divisor_of, safe_total, weighted_mean, weighted_sum
from bprop.graph.plan import Context


def test_weighted_mean_of_weights_that_are_all_zero_is_zero():
    losses = np.array([1.0, 2.0])
    assert weighted_mean(losses, np.zeros(2)) == 0
    assert weighted_mean(losses, np.array([1.0, 3.0])) == 1.75
    assert safe_total(np.zeros(3)) == 1 and safe_total(np.array([0.0, 0.25])) == 0.25


@np.errstate(invalid="ignore")
def test_the_mean_leaves_out_examples_of_weight_0():
    losses, weights = np.array([np.inf, 1.0, np.nan, 4.0]), np.array([0.0, 1.0, 0.0, 2.0])
    assert weighted_mean(losses, weights) == 3.0
    assert weighted_sum(losses, weights) == 9.0
    assert np.isnan(weighted_sum(losses, np.ones(4)))
    assert weighted_sum(losses[:2], np.ones(2)) == np.inf
    assert weighted_mean(losses, np.zeros(4)) == 0.0


def test_losses_are_divided_by_what_the_context_says_or_by_the_weights():
    context = Context.of(3, np.dtype("float64"), 0, np.array([1.0, 2.0, 0.0]))
    assert divisor_of(context) == 3
    assert divisor_of(context._replace(divisor=12.0)) == 12
    assert divisor_of(context._replace(weights=np.zeros(3))) == 1
