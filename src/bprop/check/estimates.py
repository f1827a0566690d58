"""Which of the slopes that were seen at many steps, from coarse to fine, is the slope."""

from __future__ import annotations

from dataclasses import replace

from bprop.check.fit import Estimate

CLEAR, LOOSE = 2e-3, 0.03
"""A slope is clear where its uncertainty is at most this share of it, or of the largest slope of the tensor. One that
is loosely clear proves no gradient right, but what is far from it is wrong. A cell of a staircase refutes neither."""


def monotone(estimates: list[Estimate]) -> list[Estimate]:
    """Estimates from coarse to fine, each with an error that allows for all the roughness that finer steps show.

    A coarser step sees at least as much of it. So a rough function that looks smooth at one step by chance is not
    believed there.
    """
    found, rest = [], 0.0
    for each in reversed(estimates):
        rest = max(rest, each.error * each.step)
        found.append(replace(each, error=rest / each.step))
    return found[::-1]


def loosest(estimates: list[Estimate]) -> Estimate | None:
    """The least uncertain of the estimates that are loosely clear by themselves."""
    loose = [e for e in estimates if e.moves and e.resolves(LOOSE, 0.0)]
    return min(loose, key=lambda e: e.error / abs(e.slope)) if loose else None


def clearest(estimates: list[Estimate], scale: float) -> Estimate | None:
    """The first clear estimate, from coarse to fine, sharpened by those that fit it; None where none is clear.

    One that finer steps contradict stays only if it is clear by itself, and not only beside the scale: then what they
    see is roughness. The slope of a fast wave is clear at fine steps alone; at coarse ones it is 0 beside the scale.
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
