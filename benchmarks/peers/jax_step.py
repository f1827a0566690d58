"""JAX with one jitted function a step, called from Python."""

from benchmarks.cases import LEARNING_RATE, Problem
from benchmarks.peers.jax_scan import objective, scores


def prepare(problem: Problem):
    import jax

    batch = problem.case.batch
    gradient = jax.grad(objective(problem.case.activation))

    @jax.jit
    def step(theta, x, y):
        grads = gradient(theta, x, y)
        return {name: p - LEARNING_RATE * grads[name] for name, p in theta.items()}

    def train(epochs: int):
        theta = jax.device_put(problem.params)
        for start in epochs * list(range(0, len(problem.x), batch)):
            theta = step(theta, problem.x[start : start + batch], problem.y[start : start + batch])
        return jax.device_get(theta)

    return train


def predictor(problem: Problem):
    import jax

    a = scores(problem.case.activation)
    f = jax.jit(lambda theta, x: jax.nn.softmax(a(theta, x)))
    theta = jax.device_put(problem.params)
    return lambda x: jax.device_get(f(theta, x))
