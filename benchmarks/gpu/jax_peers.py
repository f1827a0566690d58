"""bprop's XLA engine and JAX's scan, as functions of the number of epochs."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.cases import L2, LEARNING_RATE, Problem
from benchmarks.peers import bprop as ours

PRECISION = {"float32": "highest", "tf32": "tensorfloat32", "bfloat16": "tensorfloat32"}
"""JAX's setting for products, by precision."""
Train = Callable[[int], dict]


def bprop(problem: Problem, precision: str) -> Train:
    """bprop's public `bp.train`."""
    import jax

    import bprop as bp

    jax.config.update("jax_default_matmul_precision", PRECISION[precision])
    graph, case = ours.graph_of(problem.case), problem.case
    dtype = "bfloat16" if precision == "bfloat16" else "float32"

    def train(epochs: int) -> dict:
        return bp.train(
            graph, {"x": problem.x, "y": problem.y}, rule=bp.SGD(LEARNING_RATE), batch_size=case.batch, epochs=epochs,
            params=problem.params, shuffle=False, engine="xla", progress=False, dtype=dtype,
        ).params  # fmt: skip

    return train


def scan(problem: Problem, precision: str) -> Train:
    """JAX by hand: one scan over all steps of an epoch, jax.grad, the batches laid out on the device."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_default_matmul_precision", PRECISION[precision])
    case = problem.case
    g = {"tanh": jnp.tanh, "relu": jax.nn.relu}[case.activation]

    def product(h, W):
        if precision != "bfloat16":
            return h @ W
        return jnp.matmul(h.astype(jnp.bfloat16), W.astype(jnp.bfloat16), preferred_element_type=jnp.float32)

    def objective(theta, x, y):
        h, layers = x, len(theta) // 2
        for k in range(1, layers):
            h = g(product(h, theta[f"W{k}"]) + theta[f"b{k}"])
        log_f = jax.nn.log_softmax(product(h, theta[f"W{layers}"]) + theta[f"b{layers}"])
        nll = -jnp.take_along_axis(log_f, y[:, None], axis=1).mean()
        return nll + L2 * sum((W**2).sum() for name, W in theta.items() if name.startswith("W"))

    gradient = jax.grad(objective)

    @jax.jit
    def epoch(theta, x, y):
        def body(theta, batch):
            grads = gradient(theta, *batch)
            return {name: p - LEARNING_RATE * grads[name] for name, p in theta.items()}, None

        return jax.lax.scan(body, theta, (x, y))[0]

    x = jax.device_put(problem.x.reshape(case.steps_per_epoch, case.batch, -1))
    y = jax.device_put(problem.y.reshape(case.steps_per_epoch, case.batch))
    start = jax.device_put(problem.params)

    def train(epochs: int) -> dict:
        theta = start
        for _ in range(epochs):
            theta = epoch(theta, x, y)
        return jax.device_get(theta)

    return train
