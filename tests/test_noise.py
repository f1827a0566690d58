import numpy as np
import pytest

from bprop.noise import key_at, key_of, seed_at, spans, threefry, uniform


def words(*values):
    return tuple(np.array([v], np.uint32) for v in values)


def key(seed=1, update=0):
    return words(seed, update)


# known answers of Threefry-2x32, 20 rounds, from the test vectors of Salmon et al.'s Random123
@pytest.mark.parametrize(
    ("k", "counter", "expected"),
    [
        ((0x00000000, 0x00000000), (0x00000000, 0x00000000), (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_threefry_gives_the_published_answers(k, counter, expected):
    found = threefry(words(*k), *words(*counter))
    assert tuple(int(w[0]) for w in found) == expected


def test_the_same_key_and_stream_draw_the_same_and_others_draw_others():
    draw = uniform(key(1, 2), 3, (4, 5), np.float64)
    np.testing.assert_array_equal(draw, uniform(key(1, 2), 3, (4, 5), np.float64))
    for other in (uniform(key(2, 2), 3, (4, 5), np.float64),
                  uniform(key(1, 3), 3, (4, 5), np.float64),
                  uniform(key(1, 2), 4, (4, 5), np.float64)):  # fmt: skip
        assert (draw != other).mean() > 0.9


def test_a_shorter_batch_draws_the_first_rows_of_a_longer_one():
    long, short = uniform(key(), 7, (10, 3), np.float32), uniform(key(), 7, (4, 3), np.float32)
    np.testing.assert_array_equal(short, long[:4])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_numbers_are_multiples_of_two_to_minus_24_in_zero_to_one(dtype):
    draw = uniform(key(), 0, (5000,), dtype)
    assert draw.dtype == dtype
    assert draw.min() >= 0 and draw.max() < 1
    np.testing.assert_array_equal(draw * 2**24 % 1, 0)


def test_half_precision_does_not_overflow():
    draw = uniform(key(), 0, (5000,), np.float16)
    assert draw.dtype == np.float16
    assert draw.min() >= 0 and draw.max() <= 1  # the nearest float16 to 1 - 2^-24 is 1


def test_the_numbers_of_a_draw_are_uniform_and_unrelated():
    draw = uniform(key(5, 9), 12345, (20_000, 2), np.float64)
    assert draw.mean() == pytest.approx(0.5, abs=0.01)
    assert draw.var() == pytest.approx(1 / 12, abs=0.002)
    counts = np.bincount((draw.ravel() * 10).astype(int), minlength=10)
    assert counts == pytest.approx(4000, rel=0.06)
    assert abs(np.corrcoef(draw.T)[0, 1]) < 0.03
    assert abs(np.corrcoef(draw[1:, 0], draw[:-1, 0])[0, 1]) < 0.03


def test_largest_stream_and_empty_shape_are_legal():
    assert uniform(key(), 2**32 - 1, (), np.float64).shape == ()


def test_any_seed_makes_a_word_of_32_bits_and_near_seeds_far_ones():
    found = [key_of(seed) for seed in (0, 1, 2, 2**32, 2**100)]
    assert all(0 <= word < 2**32 for word in found)
    assert len(set(found)) == len(found)
    assert key_of(7) == key_of(7)


def test_jax_draws_bit_for_bit_the_same(jax):
    def draw(k0, k1):
        return uniform((k0, k1), 77, (50, 3), np.float32)

    on_xla = jax.jit(draw)(*key(3, 4))
    np.testing.assert_array_equal(np.asarray(on_xla), draw(*key(3, 4)))


@pytest.mark.parametrize("t", [0, 1, 2**31 - 1, 2**31, 2**32 - 1])
def test_below_two_to_the_32_the_key_is_seed_and_update(t):
    kinds = [np.int64, np.int32] if t < 2**31 else [np.int64]
    for kind in kinds:
        seed, update = key_at(*words(7), np.array(t, kind))
        assert (seed.tolist(), update.tolist()) == ([7], [t])
        assert seed.dtype == update.dtype == np.uint32


def test_beyond_two_to_the_32_every_update_has_its_own_key():
    updates = [5 + (high << 32) for high in (0, 1, 2, 2**21, 2**31 - 1)]
    keys = {tuple(int(word[0]) for word in key_at(*words(7), np.array(t, np.int64))) for t in updates}
    assert len(keys) == len(updates)
    assert {update for _, update in keys} == {5}


def test_the_word_of_the_seed_is_that_of_the_key():
    t = 9 + (3 << 32)
    seed, _ = key_at(*words(7), np.array(t))
    np.testing.assert_array_equal(seed, seed_at(*words(7), np.array([t >> 32], np.uint32)))
    assert int(seed[0]) == 7 ^ (3 * 0x9E3779B9 % 2**32)


@pytest.mark.parametrize(
    ("t", "count", "parts"),
    [
        (0, 5, [5]), (2**32 - 5, 5, [5]), (2**32 - 2, 5, [2, 3]), (2**32, 5, [5]), (7, 0, []),
        (3 * 2**32 - 1, 2**32 + 2, [1, 2**32, 1]),
    ],
)  # fmt: skip
def test_updates_are_cut_where_the_word_of_the_seed_changes(t, count, parts):
    assert list(spans(t, count)) == parts


def test_a_number_is_made_of_its_place_and_the_stream():
    """The upper 24 bits of the first word that the place and the stream give under the key."""
    made = key(7, 11)
    found = uniform(made, 3, (4,), np.float64)
    for place, number in enumerate(found):
        word, _ = threefry(made, np.array([place], np.uint32), np.array([3], np.uint32))
        assert number == (int(word[0]) >> 8) / 2**24
