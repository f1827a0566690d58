"""Which weights the native engine keeps as (outputs, inputs): those whose rows would hardly fill a vector."""

from __future__ import annotations

from bprop.engines.engine import Job
from bprop.engines.layout import only_in_products
from bprop.engines.native.compiler import machine


def narrow_weights(job: Job) -> frozenset[str]:
    """The names of weights (inputs, outputs) with fewer outputs than a vector has lanes, and more inputs."""
    if not getattr(job.rule, "elementwise", False):
        return frozenset()
    lanes = machine().lanes(job.dtype)
    weights = job.graph.parameters
    return frozenset(
        name for name in only_in_products(job.graph) if 1 < weights[name].shape[1] < lanes <= weights[name].shape[0]
    )
