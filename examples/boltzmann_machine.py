"""A restricted Boltzmann machine, trained by contrastive divergence (Hinton, 2002).

Its free energy F(v) = -c.v - sum_j log(1 + exp(b_j + W_j.v)) is a flow graph. The gradient of F(v) - F(u), where u is v
after k steps of Gibbs sampling, is that of contrastive divergence. Sampling is our own loop; the updates run compiled.
"""

import numpy as np
from scipy.special import expit as sigmoid
from sklearn.datasets import load_digits

import bprop as bp

rng = np.random.default_rng(0)
X = (load_digits().data / 16 > 0.5).astype(float)
train, test = X[:1600], X[1600:]
V, H, k, size = 64, 100, 1, 20


def sample(p):
    return (rng.random(p.shape) < p).astype(float)


W = bp.Parameter("W", (V, H), init=lambda rng, shape: rng.normal(scale=0.01, size=shape))
b, c = bp.Parameter("b", (H,)), bp.Parameter("c", (V,))


def free_energy(v):
    """F(v), (N,)."""
    return -(v @ c) - bp.sum(bp.softplus(bp.linear(v, W, b)), axis=1)


v, u = bp.Input("v", (V,)), bp.Input("u", (V,))
graph = bp.Graph(loss=free_energy(v) - free_energy(u), penalty=1e-4 * bp.l2(W), outputs={"F": free_energy(v)})
theta = graph.init(0)
print(bp.check_gradients(graph, theta, v=train[:4], u=sample(np.full((4, V), 0.5))))

functions = graph.functions(rule=bp.SGD(0.05))
state = functions.init(theta)


def hidden(theta, v):
    return sigmoid(v @ theta["W"] + theta["b"])


def visible(theta, h):
    return sigmoid(h @ theta["W"].T + theta["c"])


for epoch in range(1, 31):
    for start in range(0, len(train), size):
        data = chain = train[start : start + size]
        for _ in range(k):
            chain = sample(visible(theta, sample(hidden(theta, chain))))
        theta, state, _ = functions.step(theta, state, {"v": data, "u": chain})
    if epoch in (1, 10, 30):
        noise = sample(np.broadcast_to(train.mean(axis=0), test.shape))  # each pixel as often as in digits
        energy = [graph.predict(theta, v=rows).mean() for rows in (test, noise)]
        wrong = np.abs(visible(theta, hidden(theta, test)) - test).mean()
        print(f"epoch {epoch:2}: error of reconstruction {wrong:.3f}; F(digits) - F(noise) {energy[0] - energy[1]:.1f}")
