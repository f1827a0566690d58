"""JAX as an expert writes it: one `lax.scan` over all steps, `jax.grad`, the data on the device."""

from benchmarks.cases import L2, LEARNING_RATE, Problem


def scores(activation: str):
    """a(L+1) as a JAX function of (theta, x)."""
    import jax
    import jax.numpy as jnp

    g = {"tanh": jnp.tanh, "relu": jax.nn.relu}[activation]

    def f(theta, x):
        h, layers = x, len(theta) // 2
        for k in range(1, layers):
            h = g(h @ theta[f"W{k}"] + theta[f"b{k}"])
        return h @ theta[f"W{layers}"] + theta[f"b{layers}"]

    return f


def objective(activation: str):
    """The objective of a batch as a JAX function of (theta, x, y)."""
    import jax
    import jax.numpy as jnp

    a = scores(activation)

    def f(theta, x, y):
        log_f = jax.nn.log_softmax(a(theta, x))
        nll = -jnp.take_along_axis(log_f, y[:, None], axis=1).mean()
        return nll + L2 * sum((W**2).sum() for name, W in theta.items() if name.startswith("W"))

    return f


def prepare(problem: Problem):
    import jax

    case = problem.case
    gradient = jax.grad(objective(case.activation))

    @jax.jit
    def epoch(theta, x, y):
        def body(theta, batch):
            grads = gradient(theta, *batch)
            return {name: p - LEARNING_RATE * grads[name] for name, p in theta.items()}, None

        return jax.lax.scan(body, theta, (x, y))[0]

    x = jax.device_put(problem.x.reshape(case.steps_per_epoch, case.batch, -1))
    y = jax.device_put(problem.y.reshape(case.steps_per_epoch, case.batch))
    start = jax.device_put(problem.params)

    def train(epochs: int):
        theta = start
        for _ in range(epochs):
            theta = epoch(theta, x, y)
        return jax.device_get(theta)

    return train
