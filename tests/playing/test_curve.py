"""The points of a training's curve."""

from itertools import pairwise

from bprop.playing.curve import MOST, Curve


def test_a_long_curve_keeps_at_most_a_thousand_points_evenly_spaced():
    curve, update = Curve(stride=3), 0
    while update < 40_000:
        assert curve.wants(update)
        curve = curve.with_point((update, float(update), None))
        update += curve.due(update)
    steps = [step for step, _, _ in curve.points]
    assert len(steps) <= MOST and steps[0] == 0
    assert {later - step for step, later in pairwise(steps)} == {curve.stride}
