"""Which of many estimates is the slope."""

from bprop.check.estimates import clearest, loosest, monotone
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
