"""The families of boxes together: every name of each, and the catalogue of classes."""

import inspect

import pytest

import bprop as bp
from bprop import boxes
from bprop.box import Box
from bprop.leaves import Leaf

FAMILIES = (
    "activations", "affine", "arithmetic", "bernoulli", "class_losses", "convolution", "cross_entropy_variants",
    "elementwise", "loss", "normalisation", "numbers", "ordinal_loss", "pooling", "probabilities", "rearrange",
    "reduction", "regularisers", "selection", "stochastic", "value_losses",
)  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_every_name_of_a_family_is_a_name_of_all(family):
    names = getattr(boxes, family).__all__
    assert names
    assert set(names) <= set(boxes.__all__)
    for name in names:
        assert getattr(boxes, name) is getattr(getattr(boxes, family), name)


def test_names_come_once_and_in_the_order_of_the_families():
    expected = ["catalogue", *(name for family in FAMILIES for name in getattr(boxes, family).__all__)]
    assert boxes.__all__ == expected
    assert len(set(expected)) == len(expected)


def test_the_catalogue_has_every_class_of_ours_that_computes_something_by_name():
    found = boxes.catalogue()
    assert [cls.__name__ for cls in found] == sorted(cls.__name__ for cls in found)
    assert {bp.Tanh, bp.Linear, bp.CrossEntropy, bp.Dropout, bp.Take} <= set(found)
    for cls in found:
        assert issubclass(cls, Box)
        assert not issubclass(cls, Leaf)
        assert not inspect.isabstract(cls)
        assert ":" not in cls.type_key
    assert boxes.loss.Loss not in found


def test_a_box_of_ones_own_is_not_in_the_catalogue():
    class CatalogueOwn(bp.Box):
        def fprop(self, a):
            return a

        def bprop(self, grad, value, a):
            return grad

    assert CatalogueOwn not in boxes.catalogue()
