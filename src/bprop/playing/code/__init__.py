"""The state of the page as Python, which makes the same graph, theta, rule and data."""

from bprop.playing.code.program import program

__all__ = ["program"]
