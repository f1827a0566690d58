"""Health: how values, gradients and updates are, box by box, on a few rows after an epoch; and what to try."""

from bprop.health.advice import advice
from bprop.health.budget import Budget
from bprop.health.measure import Finding, measure
from bprop.health.probe import HealthProbe

__all__ = ["Budget", "Finding", "HealthProbe", "advice", "measure"]
