"""JAX with one jitted function a step, called from Python."""

from benchmarks.cases import EPOCHS, LEARNING_RATE, Problem
from benchmarks.peers.jax_scan import objective


def prepare(problem: Problem):
    import jax

    batch = problem.case.batch
    gradient = jax.grad(objective(problem.case.activation))

    @jax.jit
    def step(theta, x, y):
        grads = gradient(theta, x, y)
        return {name: p - LEARNING_RATE * grads[name] for name, p in theta.items()}

    def run():
        theta = jax.device_put(problem.params)
        for start in EPOCHS * list(range(0, len(problem.x), batch)):
            theta = step(theta, problem.x[start : start + batch], problem.y[start : start + batch])
        return jax.device_get(theta)

    return run
