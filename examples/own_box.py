"""A box of your own is one class. All engines, the gradient checker, saving and loading know it."""

import numpy as np

import bprop as bp


class Swish(bp.Box):
    """a / (1 + exp(-beta a)), elementwise. Shapes: a (N, ...) -> (N, ...)."""

    beta: float = 1.0

    def fprop(self, a):
        return a / (1 + bp.namespace(a).exp(-self.beta * a))

    def bprop(self, grad, value, a):
        s = 1 / (1 + bp.namespace(a).exp(-self.beta * a))
        return grad * (s + self.beta * a * s * (1 - s))

    @classmethod
    def examples(cls, rng):
        yield rng.normal(size=(3, 4)), {"beta": 1.5}


print(bp.check_box(Swish))

graph = bp.mlp([2, 16, 2], activation=lambda a: Swish(a, beta=1.5, name="h1"))
rng = np.random.default_rng(0)
X = rng.normal(size=(500, 2))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
print(bp.check_gradients(graph, graph.init(0), x=X[:5], y=Y[:5]))
fit = bp.train(graph, {"x": X, "y": Y}, rule=bp.Adam(0.01), epochs=60)
print(fit.history[-1])
assert fit.history[-1].accuracy > 0.9
