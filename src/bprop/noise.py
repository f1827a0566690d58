"""Uniform noise as a pure function of (key, counter), the same on every engine.

Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as
1, 2, 3"), written on the array namespace. A pass needs no generator state: the noise of box s at update t
is a function of (seed, t, s) alone, so a pass can be repeated, checked by finite differences and resumed.

The key has two words of 32 bits, one for the seed and one for t. From 2^32 updates on, the rest of t is mixed into the
word of the seed: the key of t is (seed xor G floor(t / 2^32), t mod 2^32), with G = 0x9E3779B9.
"""

from collections.abc import Iterator
from math import prod

import numpy as np

from bprop.namespace import Array, namespace

_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = 0x1BD11BDA
_GOLDEN = 0x9E3779B9


def _rotate(x: Array, by: int) -> Array:
    return (x << np.uint32(by)) | (x >> np.uint32(32 - by))


def threefry(key: tuple[Array, Array], x0: Array, x1: Array) -> tuple[Array, Array]:
    """Two words of 32 random bits for each counter (x0, x1). All are arrays of uint32."""
    k0, k1 = key
    keys = (k0, k1, k0 ^ k1 ^ np.uint32(_PARITY))
    x0, x1 = x0 + k0, x1 + k1
    for group in range(5):
        for by in _ROTATIONS[group % 2]:
            x0 = x0 + x1
            x1 = _rotate(x1, by) ^ x0
        x0 = x0 + keys[(group + 1) % 3]
        x1 = x1 + keys[(group + 2) % 3] + np.uint32(group + 1)
    return x0, x1


def key_of(seed: int) -> int:
    """The 32-bit word of any non-negative seed."""
    return int(np.random.SeedSequence(seed).generate_state(1)[0])


def key_at(seed: Array, t: Array) -> tuple[Array, Array]:
    """The key of the noise of update number `t`, a whole number. `seed` is the word from `key_of`, an array (1,)."""
    low = t.astype(np.uint32).reshape(1)
    if t.dtype.itemsize <= 4:
        return seed, low
    return seed_at(seed, (t >> 32).astype(np.uint32).reshape(1)), low


def seed_at(seed: Array, high: Array) -> Array:
    """The seed's word in the keys of the updates t with floor(t / 2^32) = `high`. All are uint32."""
    return seed ^ (high * np.uint32(_GOLDEN))


def spans(t: int, count: int) -> Iterator[int]:
    """Cut the updates t .. t + count - 1 wherever the seed's word changes. Yields the number of updates a part."""
    while count:
        part = min(count, 2**32 - t % 2**32)
        yield part
        t, count = t + part, count - part


def uniform(key: tuple[Array, Array], stream: int, shape: tuple[int, ...], dtype: object) -> Array:
    """Numbers uniform on [0, 1), multiples of 2^-24, in an array of this shape.

    `key` is a pair of uint32 arrays of shape (1,) (seed, update). Each box has a `stream` of its own. The numbers of
    the first rows do not depend on how many rows there are, so a shorter batch draws the same.
    """
    xp = namespace(*key)
    count = xp.arange(prod(shape), dtype=np.uint32)
    bits, _ = threefry(key, count, xp.full_like(count, stream))
    return ((bits >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)).astype(dtype).reshape(shape)
