"""Gradient checking: bprop against finite differences, for a graph or for a class of box."""

from bprop.check.boxes import check_box
from bprop.check.graphs import check_gradients
from bprop.check.report import Report

__all__ = ["Report", "check_box", "check_gradients"]
