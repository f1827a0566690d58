"""Fixtures for all tests: one random generator, JAX where it is installed, deterministic hypothesis."""

import os

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("bprop", derandomize=True, deadline=None, max_examples=40)
os.environ["BPROP_CACHE"] = "off"  # tests count compilations, and leave the folders of the user alone
settings.load_profile("bprop")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def jax():
    """The jax module; the test is skipped where it is not installed."""
    return pytest.importorskip("jax")


@pytest.fixture
def bare():
    """bare(cls, **hyper): a box without children, whose fprop and bprop are called by hand."""

    def make(cls, **hyper):
        box = object.__new__(cls)
        box.__dict__.update({**cls.hyper_defaults, **hyper})
        return box

    return make
