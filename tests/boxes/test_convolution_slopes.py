"""Gradients of this family of boxes against finite differences (see `differentiates`)."""

import pytest

from bprop import boxes

KINDS = [cls for cls in boxes.catalogue() if cls.__module__ == boxes.convolution.__name__]


@pytest.mark.parametrize("cls", KINDS, ids=lambda cls: cls.__name__)
def test_a_gradient_is_that_of_finite_differences(cls, differentiates):
    differentiates(cls)


@pytest.mark.parametrize("cls", KINDS, ids=lambda cls: cls.__name__)
def test_it_says_that_it_keeps_rows_apart(cls):
    """Whether that is so is tried out in tests/graph/test_trial.py."""
    assert cls.keeps_rows is True
