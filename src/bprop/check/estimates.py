"""The choice of the best estimate among those at many steps, from coarse to fine."""

from __future__ import annotations

from dataclasses import replace

from bprop.check.fit import Estimate

CLEAR, LOOSE = 2e-3, 0.03
"""A slope is clear if its uncertainty is at most the share CLEAR of it or of the largest slope of the tensor. It is
loosely clear with the share LOOSE: that proves no gradient right, but a gradient far from it is wrong."""


def monotone(estimates: list[Estimate]) -> list[Estimate]:
    """Estimates from coarse to fine, each with an error that allows for all the roughness at finer steps.

    A coarser step has at least as much of it. So a step at which a rough function looks smooth by chance does not count
    as smooth.
    """
    widened, rest = [], 0.0
    for each in reversed(estimates):
        rest = max(rest, each.error * each.step)
        widened.append(replace(each, error=rest / each.step))
    return widened[::-1]


def loosest(estimates: list[Estimate]) -> Estimate | None:
    """The least uncertain of the estimates that are loosely clear by themselves."""
    loose = [e for e in estimates if e.moves and e.resolves(LOOSE, 0.0)]
    return min(loose, key=lambda e: e.error / abs(e.slope)) if loose else None


def clearest(estimates: list[Estimate], scale: float) -> Estimate | None:
    """The first clear estimate, from coarse to fine, sharpened by those that fit it; None if none is clear.

    If finer steps contradict it, it stays only if it is clear by itself, and not only relative to the scale: then the
    finer steps show roughness. The slope of a fast wave is clear at fine steps alone; at coarse steps it is near 0.
    """
    best = loose = None
    for each in estimates:
        if each.moves and loose is None and each.resolves(LOOSE, 0.0):
            loose = each
        if not each.resolves(CLEAR, scale):
            continue
        if not each.moves and loose is not None and not each.fits(loose):
            continue  # a cell of a staircase
        if best is None:
            best = each
        elif each.fits(best):
            best = each if each.error < best.error else best
        elif (gap := abs(each.slope - best.slope)) <= CLEAR * max(scale, abs(best.slope)):
            best = replace(each, error=max(each.error, gap))  # the uncertainty was underestimated
        elif not best.resolves(CLEAR, 0.0) and each.moves and each.resolves(CLEAR, 0.0):
            best = each
    return best
