"""Health: statistics of values, gradients and updates, box by box, on a few rows after an epoch; and advice."""

from bprop.health.advice import advice
from bprop.health.budget import Budget
from bprop.health.measure import Health, measure
from bprop.health.probe import HealthProbe

__all__ = ["Budget", "Health", "HealthProbe", "advice", "measure"]
