"""Examples repeated to many rows."""

import numpy as np
import pytest

import bprop as bp
from bprop.check.many_rows import repeated
from bprop.check.precision import natural_units

A, W = np.random.default_rng(0).normal(size=(6, 4)), np.random.default_rng(1).normal(size=(4, 3))


class FewRows(bp.Box):
    most = 8

    def fprop(self, a):
        return a * a

    def bprop(self, grad, value, a):
        return 2 * grad * a * (1 if len(a) <= self.most else 1.1)


def test_a_box_that_is_wrong_for_more_rows_than_the_example_has_is_found():
    report = bp.check_box(FewRows, [(A,)])
    assert not report.ok
    assert "rows of example 1" in str(report)


def test_it_is_the_rows_that_are_repeated_and_no_row_is_like_another():
    ((many, w),) = next(iter(repeated([A, W], np.random.default_rng(0))))
    assert len(many) == 996
    assert w is W
    assert len(np.unique(many[:, 0])) == len(many)
    np.testing.assert_allclose(many, np.concatenate([A] * 166), rtol=0.02)


def test_zeros_are_moved_off_their_kink():
    ((many,),) = next(iter(repeated([np.zeros((3, 2))], np.random.default_rng(0))))
    assert (many > 0).all()


def test_children_with_as_many_rows_are_repeated_together_or_else_the_first_alone():
    together, alone = next(iter(repeated([A, A], np.random.default_rng(0))))
    assert [len(a) for a in together] == [996, 996]
    assert [len(a) for a in alone] == [996, 6]


@pytest.mark.parametrize("arrays", [[np.array(3.0)], [np.zeros((2000, 2))], [np.zeros((1, 40_000))]])
def test_what_has_no_rows_or_is_large_is_not_repeated(arrays):
    assert list(repeated(arrays, np.random.default_rng(0))) == []


def test_whole_numbers_are_repeated_as_they_are():
    ((many, labels), _) = next(iter(repeated([A, np.arange(6)], np.random.default_rng(0))))
    assert len(many) == len(labels)
    assert set(labels) == set(range(6))


def test_a_box_that_takes_so_many_rows_alone_is_not_blamed():
    class SixRows(bp.Box):
        def fprop(self, a):
            if len(a) > 6:
                raise ValueError("six at most")
            return 2 * a

        def bprop(self, grad, value, a):
            return 2 * grad

    assert bp.check_box(SixRows, [(A,)]).ok


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        ((500, 2), 1000),
        ((501, 2), None),
        ((334, 2), 668),
        ((4, 6250), 8),
        ((4, 6251), None),
        ((1, 25_000), 2),
        ((1, 25_001), None),
        ((3,), 999),
    ],
)
def test_rows_are_repeated_up_to_a_thousand_and_to_50_000_numbers(shape, count):
    found = list(repeated([np.ones(shape)], np.random.default_rng(0)))
    assert ([len(choices[0][0]) for choices in found] or [None]) == [count]


def test_repeated_rows_are_half_to_one_and_a_half_hundredths_away_from_0():
    ((many,),) = next(iter(repeated([np.array([[2.0, -2.0, 0.0]])], np.random.default_rng(0))))
    for column, size in ((many[:, 0], 2.0), (many[:, 1], -2.0)):
        shares = column / size - 1
        assert 0.005 <= shares.min() < 0.0051
        assert 0.0149 < shares.max() <= 0.015
    unit = natural_units(np.array([2.0, -2.0, 0.0]))[2]
    assert 0.005 * unit <= many[:, 2].min() < 0.0051 * unit
    assert 0.0149 * unit < many[:, 2].max() <= 0.015 * unit
    assert next(iter(repeated([np.ones((3, 2), "float32")], np.random.default_rng(0))))[0][0].dtype == np.float32


def test_every_length_of_a_first_axis_is_repeated_by_itself():
    found = list(
        repeated(
            [np.ones((3, 2)), np.ones(4), np.ones((3, 1)), np.array(1.0), np.ones((0, 2))], np.random.default_rng(0)
        )
    )
    assert [[[len(a) if a.ndim else None for a in arrays] for arrays in choices] for choices in found] == [
        [[999, 4, 999, None, 0], [999, 4, 3, None, 0]],
        [[3, 1000, 3, None, 0]],
    ]
