"""Differential fuzzing of graphs: the same random graph on every engine, and on PyTorch or JAX as an oracle.

case : what a random graph is, as data. boxes : boxes of a user.
growth, productions, choosing, pictures, losses, whole : how a graph grows, box by box. generate : a case from a seed.
outcome : what training a case comes to. reference : what NumPy says, and how far rounding may lead from it.
oracle, with_torch, with_jax, updates : the same, computed without bprop. compare : verdicts on a case.
shrink, source : a smaller case with the same fault, as a program. campaign : many cases. cli : the command.
"""
