"""Numbers that look random."""

import numpy as np

from bprop.sources.random_bits import GAMMA, mixed


def test_they_are_those_of_splitmix64():
    """The first outputs for the seed 1234567, as in the reference implementation."""
    with np.errstate(over="ignore"):
        states = np.uint64(1234567) + np.arange(1, 4, dtype=np.uint64) * GAMMA
    assert mixed(states).tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]
