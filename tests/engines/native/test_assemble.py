"""A program: equal kernels are one function, and threads meet only where one may still need what another has."""

import numpy as np

from bprop.engines.native.assemble import Watch


def layers(xp, a, *weights):
    for W in weights:
        a = xp.tanh(a @ W)
    return [a, *(None for _ in weights)]


def test_kernels_that_do_the_same_are_one_function(assembled, same):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(9, 9)) for _ in range(6)]
    made = assembled(layers, arrays)
    assert len(made.kernels) == 5
    assert len({function.name for function, _ in made.functions.values()}) == 2
    same(layers, arrays, steps=2)


def test_kernels_that_differ_in_a_number_alone_are_two(same):
    ones = np.ones((3, 9))
    same(lambda xp, a, b, c, d: [a * 2.0, b * 3.0, xp.maximum(c, 0.5), xp.maximum(d, 1.5)], [ones] * 4)


def test_kernels_that_read_the_same_array_twice_are_not_those_that_read_two(same):
    rng = np.random.default_rng(0)

    def step(xp, a, b, c, d):
        return [None, None, xp.exp(a).sum(axis=0) + (a @ a), xp.exp(a).sum(axis=0) + (a @ b)]

    same(step, [rng.normal(size=(9, 9)) for _ in range(4)])


def test_a_leaf_read_through_two_views_in_one_kernel(same):
    rng = np.random.default_rng(0)
    step = lambda xp, a, b: [None, a.T + a[::-1] * a[0] - a.reshape(-1).reshape(9, 9)]  # noqa: E731
    same(step, [rng.normal(size=(9, 9)), np.zeros((9, 9))])


# --- waiting for each other ---


def meetings(*kernels):
    """Before which of some kernels (reads, writes, how) threads meet."""
    met = []
    watch = Watch(lambda: met.append(len(done)))
    done = []
    for reads, writes, how in kernels:
        watch.about_to(set(reads), set(writes), how)
        done.append(how)
    return met


def test_threads_meet_before_reading_what_another_wrote():
    assert meetings(("", "a", "shared"), ("a", "b", "shared")) == [1]
    assert meetings(("", "a", "alone"), ("a", "b", "shared")) == [1]
    assert meetings(("", "a", "shared"), ("a", "b", "alone")) == [1]


def test_threads_meet_before_writing_what_another_reads_or_wrote():
    assert meetings(("a", "b", "shared"), ("c", "a", "shared")) == [1]
    assert meetings(("a", "b", "alone"), ("c", "a", "shared")) == [1]
    assert meetings(("a", "b", "shared"), ("c", "a", "alone")) == [1]
    assert meetings(("", "a", "shared"), ("", "a", "shared")) == [1]
    assert meetings(("a", "b", "shared"), ("a", "c", "alone"), ("d", "a", "alone")) == [2]


def test_threads_do_not_meet_where_nothing_is_shared():
    assert meetings(("a", "b", "shared"), ("a", "c", "shared"), ("d", "e", "alone")) == []
    assert meetings(("", "a", "alone"), ("a", "b", "alone"), ("b", "a", "alone")) == []
    assert meetings(("", "a", "shared"), ("a", "b", "shared"), ("a", "c", "shared")) == [1]
