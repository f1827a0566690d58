"""Differential fuzzing of graphs: the same random graph on every engine, and on PyTorch or JAX as an oracle.

case: what a random graph is, as data; boxes: boxes of a user; productions, losses, whole: how a graph grows, box by box;
generate: a case from a seed; oracle and what it imports: the same computed without bprop; reference: what NumPy says, and how
far rounding may lead from it; compare: verdicts on a case; shrink: a smaller case that fails too; campaign: many cases.
"""
