"""Which of many estimates is the slope."""

from bprop.check.estimates import CLEAR, LOOSE, clearest, loosest, monotone
from bprop.check.fit import Estimate


def at(step, slope, error, moves=True):
    return Estimate(step, slope, error, moves)


def test_the_coarsest_clear_one_counts_sharpened_by_finer_ones():
    assert clearest([at(1, 1.0, 0.5), at(0.1, 1.0005, 1e-3), at(0.01, 1.0, 1e-6)], 1.0) == at(0.01, 1.0, 1e-6)


def test_a_cell_of_a_staircase_does_not_count():
    steps = [at(1, 2.0, 0.02), at(0.1, 2.0, 0.2), at(0.01, 0.0, 0.0, moves=False)]
    assert clearest(steps, 1.0) is None
    assert loosest(steps) == steps[0]


def test_a_flat_stretch_beside_a_kink_counts():
    steps = [at(1, 0.5, 3.0), at(0.1, 0.5, 3.0), at(0.01, 0.0, 0.0, moves=False)]
    assert clearest(steps, 1.0) == steps[2]


def test_roughness_at_fine_steps_does_not_refute_a_slope_that_is_clear_by_itself():
    steps = [at(1, 1.0, 1e-5), at(1e-3, 5.0, 9.0), at(1e-9, 700.0, 1e-3)]
    assert clearest(steps, 1.0) == steps[0]


def test_a_fast_wave_is_clear_at_fine_steps_alone():
    steps = [at(1, 3.0, 60.0), at(1e-3, -20.0, 5e3), at(1e-9, 9e8, 1e3)]
    assert clearest(steps, 1e9) == steps[2]


def test_errors_grow_with_the_roughness_of_finer_steps():
    first, second = monotone([at(1, 1.0, 0.001), at(0.1, 1.0, 0.5)])
    assert first.error == 0.05
    assert second.error == 0.5


# --- at the thresholds ---


def test_an_estimate_is_clear_beside_the_scale_or_by_itself():
    assert clearest([at(1, 1.0, CLEAR)], 0.0) == at(1, 1.0, CLEAR)
    assert clearest([at(1, 1.0, 1.01 * CLEAR)], 0.0) is None
    assert clearest([at(1, 1.0, 4 * CLEAR)], 4.0) == at(1, 1.0, 4 * CLEAR)
    assert clearest([], 1.0) is None


def test_what_is_loosely_clear_is_so_by_itself_and_moves():
    assert loosest([at(1, 1.0, LOOSE)]) == at(1, 1.0, LOOSE)
    assert loosest([at(1, 1.0, 1.01 * LOOSE)]) is None
    assert loosest([at(1, 0.0, 0.0, moves=False)]) is None
    assert loosest([at(1, 0.001, 0.001)]) is None
    best = at(0.1, -2.0, 0.01)
    assert loosest([at(1, 1.0, 0.01), best, at(0.01, 1.0, 0.02)]) is best


def test_of_two_that_fit_the_less_uncertain_counts():
    fine = at(0.1, 1.0, 1e-6)
    assert clearest([at(1, 1.0, 1e-4), fine], 1.0) is fine
    coarse = at(1, 1.0, 1e-6)
    assert clearest([coarse, at(0.1, 1.0, 1e-4)], 1.0) is coarse
    assert clearest([coarse, at(0.1, 1.0, 1e-6)], 1.0) is coarse


def test_two_that_are_nearly_alike_are_as_uncertain_as_they_differ():
    found = clearest([at(1, 1.0, 1e-9), at(0.1, 1.0 + 0.9 * CLEAR, 1e-9)], 1.0)
    assert (found.step, found.slope) == (0.1, 1.0 + 0.9 * CLEAR)
    assert abs(found.error - 0.9 * CLEAR) < 1e-12
    assert clearest([at(1, 1.0, 1e-9), at(0.1, 1.0 + 1.1 * CLEAR, 1e-9)], 1.0) == at(1, 1.0, 1e-9)
    assert clearest([at(1, 1.0, 1e-9), at(0.1, 1.0 + 3.9 * CLEAR, 1e-9)], 4.0).step == 0.1
    assert clearest([at(1, -4.0, 1e-9), at(0.1, -4.0 + 3.9 * CLEAR, 1e-9)], 1.0).step == 0.1


def test_what_is_clear_beside_the_scale_alone_gives_way_to_what_is_clear_by_itself():
    wave = at(0.1, 5.0, 1e-4)
    assert clearest([at(1, 0.0, 0.1), wave], 100.0) is wave
    still = at(0.1, 5.0, 1e-4, moves=False)
    assert clearest([at(1, 0.0, 0.1), still], 100.0) == at(1, 0.0, 0.1)
    unsure = at(0.1, 5.0, 0.1)
    assert clearest([at(1, 0.0, 0.1), unsure], 100.0) == at(1, 0.0, 0.1)


def test_a_cell_of_a_staircase_that_fits_what_moves_counts():
    cell = at(0.01, 0.0, 0.0, moves=False)
    assert clearest([at(1, 0.01, 0.0003), cell], 1.0) == at(1, 0.01, 0.0003)
    assert clearest([at(1, 2.0, 0.05), at(0.01, 2.04, 0.0, moves=False)], 1.0).step == 0.01


def test_errors_never_grow_from_coarse_to_fine_by_more_than_the_steps_shrink():
    given = [at(4, 1.0, 0.5), at(2, 1.0, 0.25), at(1, 1.0, 2.0)]
    assert [each.error for each in monotone(given)] == [0.5, 1.0, 2.0]
    assert [each.step for each in monotone(given)] == [4, 2, 1]
    assert monotone([]) == []


def test_at_the_threshold_itself_two_are_nearly_alike():
    found = clearest([at(1, 0.0, 1e-9), at(0.1, CLEAR, 1e-9)], 1.0)
    assert (found.step, found.slope, found.error) == (0.1, CLEAR, CLEAR)
