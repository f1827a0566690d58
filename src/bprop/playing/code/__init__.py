"""Python that makes what is on the page: the same graph, theta, rule and data."""

from bprop.playing.code.program import program

__all__ = ["program"]
