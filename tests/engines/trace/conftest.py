"""Fixtures of the tests of tracing: an empty tape, and the operations on it. The native engine computes values."""

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from bprop.engines.trace.functions import new_tape


@pytest.fixture
def tape():
    """An empty tape of double precision."""
    return new_tape(np.dtype("float64"))


@pytest.fixture
def ops():
    """ops(array): the operations from which an array is made, the last first."""

    def operations(array):
        names, front = [], [array]
        while front:
            node = front.pop(0)
            if node.op not in ("leaf", "constant"):
                names.append(node.op)
                front += node.args
        return names

    return operations
