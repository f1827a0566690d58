"""bprop on NumPy, the readable reference, through its public `bp.train`."""

from benchmarks.cases import Problem
from benchmarks.peers import bprop_xla


def prepare(problem: Problem):
    return bprop_xla.prepare(problem, engine="numpy")
