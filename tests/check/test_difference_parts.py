"""A comparison, part by part: what is handed to the verdict, what is kept of it, and where a search ends."""

import numpy as np
import pytest

from bprop.check import difference
from bprop.check.difference import Comparison, Coverage
from bprop.check.precision import Precision
from bprop.check.slope import KINK, RIGHT, SHARP, UNRESOLVED, WRONG, Verdict

DOUBLE = Precision(np.dtype("float64"), (2.0**-10, 2.0**-13), 1e-7)
TYPICAL = np.sqrt((4 + 16) / 2)


def comparison(x, g, f=lambda x: 0.0, **more):
    return Comparison(f, np.asarray(x, float), np.asarray(g, float), 0.25, DOUBLE, **more)


def rng():
    return np.random.default_rng(0)


class Scripted(Comparison):
    """Its verdicts are those of a function of what moves; what it asks for is kept."""

    def __init__(self, x, g, verdict):
        super().__init__(lambda x: 0.0, np.asarray(x, float), np.asarray(g, float), 0.0, DOUBLE)
        self.told, self.asked = verdict, []

    def _verdict(self, direction, unit, scale, own):
        self.asked.append((direction, unit, scale, own))
        return self.told(direction)


def told(kind, numeric=0.0, error=0.0):
    return lambda direction: Verdict(kind, numeric, error)


# --- measures ---


def test_the_scale_is_the_largest_gradient_and_the_sensitivity_that_of_a_move_by_its_own_size():
    one = comparison([2.0, 0.0, -4.0], [1.0, 10.0, -3.0])
    assert (one.scale, one.sensitivity) == (10.0, 12.0)
    assert comparison([2.0, 0.0, -4.0], [1.0, 100.0, -3.0]).sensitivity == pytest.approx(10 * TYPICAL)
    assert comparison([2.0, 1.0], [np.nan, -3.0]).scale == 3.0
    assert (comparison([], []).scale, comparison([], []).sensitivity) == (0.0, 0.0)


def test_an_element_is_moved_alone_in_its_unit_and_judged_by_the_scale_that_it_can_reach():
    one = Scripted([2.0, 0.0, -4.0], [1.0, 10.0, -3.0], told(RIGHT))
    for index, unit, scale, own in ((0, 2.0, 6.0, 2.0), (1, 0.1 * TYPICAL, 10.0, 0.0), (2, 4.0, 3.0, 4.0)):
        one.along_element((index,))
        direction, *rest = one.asked[-1]
        assert list(direction) == [float(i == index) for i in range(3)]
        assert rest == [pytest.approx(unit), scale, own]


def test_along_many_elements_no_single_one_hides_among_the_others():
    one = Scripted([2.0, 0.0, -4.0, 8.0], [1.0, 10.0, -3.0, 5.0], told(RIGHT))
    direction = np.array([1.0, 0.5, -2.0, 0.0])
    slope, verdict = one._along(direction)
    assert slope == 1.0 + 5.0 + 6.0
    assert verdict.kind == RIGHT
    assert one.asked == [(direction, 1.0, 6.0, 2.0)]


def test_the_verdict_is_that_of_the_function_along_a_direction(monkeypatch):
    asked = []

    class Recorder:
        def __init__(self, change, *arguments):
            asked.append((change(2.0), *arguments))

        def verdict(self):
            return "said"

    monkeypatch.setattr(difference, "Slope", Recorder)
    blur = np.array([0.5, -1.0, 9.0])
    one = comparison([1.0, 2.0, 3.0], [4.0, -5.0, np.inf], lambda x: (x * [1, 10, 100]).sum(), blur=blur)
    with np.errstate(invalid="ignore"):
        assert one._verdict(np.array([1.0, 2.0, 0.0]), 3.0, 7.0, 8.0) == "said"
    assert asked == [(2.0 + 40.0, 4.0 - 10.0, 3.0, 7.0, 0.25, DOUBLE, 8.0, 0.5 + 2.0)]


# --- what is kept ---


@pytest.mark.parametrize(
    ("kind", "kept"), [(RIGHT, None), (KINK, "kinks"), (UNRESOLVED, "unresolved"), (WRONG, "mismatches")]
)
def test_every_verdict_is_kept_where_it_belongs(kind, kept):
    found = Coverage((2,))
    one = Scripted([1.0, 1.0], [4.0, 8.0], told(kind, numeric=6.0))
    assert one._element((0,), found) is (kind == RIGHT)
    lists = {name: getattr(found, name) for name in ("kinks", "unresolved", "mismatches")}
    assert [name for name, members in lists.items() if members] == ([kept] if kept else [])
    if kept:
        ((index, analytic, numeric, error),) = [(m.index, m.analytic, m.numeric, m.error) for m in lists[kept]]
        assert (index, analytic, numeric, error) == ((0,), 4.0, 6.0, 0.25)
    assert found.error == (0.25 if kind in (RIGHT, WRONG) else 0.0)


def test_the_largest_error_is_kept():
    found = Coverage((2,))
    one = Scripted([1.0, 1.0, 1.0], [4.0, 8.0, 8.0], told(RIGHT, numeric=7.0))
    for index in range(3):
        one._element((index,), found)
    assert found.error == 3 / 8
    one.told = told(WRONG, numeric=7.0)
    one._element((1,), found)
    assert found.error == 3 / 8
    one.told = told(WRONG, numeric=4.0)
    one._element((1,), found)
    assert found.error == 4 / 8


def test_where_all_gradients_are_0_the_quotients_give_the_scale():
    found = Coverage((2,))
    one = Scripted([1.0, 1.0], [0.0, 0.0], told(WRONG, numeric=-2.0))
    one._element((0,), found)
    assert (one.scale, found.mismatches[0].error) == (2.0, 1.0)
    one.told = told(WRONG, numeric=1.0)
    one._element((1,), found)
    assert (one.scale, found.mismatches[1].error) == (2.0, 0.5)
    one.told = told(WRONG, numeric=np.nan)
    one._element((1,), found)
    assert one.scale == 2.0


@pytest.mark.parametrize(("error", "uncertainty"), [(SHARP, 0.0), (2 * SHARP, 2 * SHARP)])
def test_what_is_not_sharp_is_said_to_be_uncertain(error, uncertainty):
    found = Coverage((1,), uncertainty=1.5 * SHARP if uncertainty else 0.0)
    Scripted([1.0], [4.0], told(RIGHT, numeric=4.0, error=4 * error))._element((0,), found)
    assert found.uncertainty == pytest.approx(uncertainty)
    Scripted([1.0], [4.0], told(RIGHT, numeric=4.0, error=4 * error / 1.5))._element((0,), found)
    assert found.uncertainty == pytest.approx(uncertainty)


def test_a_tensor_whose_gradient_is_0_is_not_uncertain():
    found = Coverage((1,))
    Scripted([1.0], [0.0], told(RIGHT, error=1.0))._element((0,), found)
    assert (found.uncertainty, found.error) == (0.0, 0.0)
    assert Scripted([1.0], [0.0], told(RIGHT))._relative(1e-30) == 1.0


# --- which elements ---


@pytest.mark.parametrize(("most", "elements", "projections"), [(None, 7, 0), (7, 7, 0), (8, 7, 0), (6, 0, 2)])
def test_a_tensor_that_is_not_too_large_is_compared_element_by_element(most, elements, projections):
    found = Scripted(np.ones(7), np.ones(7), told(RIGHT, numeric=1.0)).run(most, rng())
    assert (found.elements, found.projections) == (elements, projections)
    assert (found.shape, found.scale) == ((7,), 1.0)


def test_the_scale_that_quotients_gave_is_reported():
    assert Scripted([1.0], [0.0], told(WRONG, numeric=3.0)).run(None, rng()).scale == 3.0


def test_after_ten_that_are_not_resolved_the_rest_is_left_out():
    found = Scripted(np.ones(30), np.ones(30), told(UNRESOLVED)).run(None, rng())
    assert (found.elements, len(found.unresolved)) == (10, 10)


@pytest.mark.parametrize(("size", "most", "sample"), [(1000, 200, 100), (1000, 50, 50), (70, 60, 60), (1000, 0, 100)])
def test_a_sample_has_a_hundred_elements_at_most_and_none_twice(size, most, sample):
    one = Scripted(np.arange(1.0, size + 1), np.ones(size), told(UNRESOLVED))
    one.MOST_UNRESOLVED = size + 1
    found = one.run(most, rng())
    assert found.note == "a sample: random projections are not resolved"
    assert found.elements == sample
    assert len({each.index for each in found.unresolved}) == sample
    assert found.projections == 0


def test_a_random_direction_is_as_long_as_one_element():
    one = comparison(np.full(10_000, 4.0), np.ones(10_000))
    direction = one._random(rng())
    shares = np.abs(direction) * 100 / 4
    assert 0.5 <= shares.min() < 0.51
    assert 1.49 < shares.max() <= 1.5
    assert abs((direction > 0).mean() - 0.5) < 0.05
    assert direction.dtype == one.x.dtype
    single = Comparison(lambda x: 0.0, np.ones(9, np.float32), np.ones(9, np.float32), 0.0, DOUBLE)
    assert single._random(rng()).dtype == np.float32
    assert comparison([], [])._random(rng()).shape == (0,)


def test_a_difference_along_a_direction_is_relative_to_one_element():
    one = comparison(np.full(4, 3.0), [2.0, 0.0, 0.0, 1.0])
    assert one._along_relative(1.5, one.x) == 1.5 / (6 / 2)
    still = comparison([1.0], [0.0])
    assert (still._along_relative(0.0, still.x), still._along_relative(0.1, still.x)) == (0.0, 1.0)


def test_the_errors_of_projections_are_kept():
    one = Scripted(np.full(4, 3.0), np.zeros(4), told(RIGHT, numeric=0.5))
    one.sensitivity = 2.0
    found = Coverage((4,))
    one._projections(3, rng(), found)
    assert (found.projections, found.error) == (3, 0.5)


@pytest.mark.parametrize("wrong", [0, 3, 6])
def test_a_wrong_element_is_found_by_halving(wrong):
    one = Scripted(np.ones(7), np.ones(7), lambda d: Verdict(WRONG if d[wrong] else RIGHT, 0.0))
    assert one._bisect(np.full(7, 0.5)) == (wrong,)
    assert all(set(direction) <= {0.0, 0.5} for direction, *_ in one.asked)


def test_an_element_of_a_matrix_is_found_by_its_index():
    one = Scripted(np.ones((2, 3)), np.ones((2, 3)), lambda d: Verdict(WRONG if d[1, 2] else RIGHT, 0.0))
    assert one._bisect(np.ones((2, 3))) == (1, 2)


def test_where_no_half_is_wrong_none_is_found():
    one = Scripted(np.ones(8), np.ones(8), lambda d: Verdict(WRONG if (d != 0).all() else RIGHT, 0.0))
    assert one._bisect(np.ones(8)) is None
    assert one._bisect(np.zeros(8)) is None


def test_a_projection_ends_at_the_first_element_that_is_wrong():
    one = Scripted(np.ones(8), np.ones(8), lambda d: Verdict(WRONG if d[5] else RIGHT, 0.0))
    found = one.run(4, rng())
    assert [each.index for each in found.mismatches] == [(5,)]
    assert (found.note, found.elements, found.projections) == ("where a random projection disagreed", 1, 0)


def kinked(*places):
    """Verdicts of a function that has kinks at some places, with the slope of x.sum() elsewhere."""

    def verdict(direction):
        return Verdict(KINK if any(direction[p] for p in places) else RIGHT, float(direction.sum()))

    return verdict


def test_kinks_are_left_out_of_a_projection_once_they_are_known():
    one = Scripted(np.ones(64), np.ones(64), kinked(3, 50))
    found = one.run(4, rng())
    assert sorted(each.index for each in found.kinks) == [(3,), (50,)]
    assert (found.projections, found.elements, found.note) == (2, 2, "")


@pytest.mark.parametrize(("count", "sampled"), [(19, False), (20, True)])
def test_with_twenty_kinks_elements_are_sampled_instead(count, sampled):
    one = Scripted(np.ones(64), np.ones(64), kinked(*range(count)))
    found = one.run(4, rng())
    assert found.note == ("a sample: kinks blur random projections" if sampled else "")
    assert found.projections == (0 if sampled else 2)
    assert found.elements == count + (4 if sampled else 0)


def test_where_no_element_is_to_blame_elements_are_sampled():
    one = Scripted(np.ones(64), np.ones(64), lambda d: Verdict(KINK if (d != 0).all() else RIGHT, 1.0))
    found = one.run(4, rng())
    assert (found.note, found.elements) == ("a sample: kinks blur random projections", 4)


def test_an_element_that_is_right_by_itself_is_left_out():
    """It is found as the culprit of its half, and the comparison of it alone says that it is right."""
    one = Scripted(np.ones(8), np.ones(8), lambda d: Verdict(WRONG if abs(d[5]) not in (0, 1) else RIGHT, 0.0))
    found = one.run(4, rng())
    assert (found.projections, found.elements, found.note) == (2, 2, "")


def test_a_projection_that_agrees_has_no_error():
    one = Scripted(np.full(9, 3.0), np.full(9, 2.0), lambda d: Verdict(RIGHT, 2 * float(d.sum())))
    found = one.run(4, rng())
    assert (found.projections, found.elements) == (2, 0)
    assert found.error < 1e-15


def test_an_element_without_a_unit_is_judged_by_the_scale_of_the_tensor():
    one = Scripted([0.0, 1.0], [3.0, 4.0], told(RIGHT))
    one.units = np.zeros(2)
    one.along_element((0,))
    assert one.asked[-1][1:] == (0.0, 4.0, 0.0)
