"""Forward propagation and backpropagation by hand: every value and every gradient of a small graph."""

import numpy as np

import bprop as bp

x, y = bp.Input("x", (2,)), bp.Input("y", (), dtype="int")
W1, b1 = bp.Parameter("W1", (2, 3)), bp.Parameter("b1", (3,))
W2, b2 = bp.Parameter("W2", (3, 2)), bp.Parameter("b2", (2,))
h1 = bp.tanh(x @ W1 + b1, name="h1")
f = bp.softmax(h1 @ W2 + b2, name="f")
graph = bp.Graph(loss=bp.nll(f, y), penalty=0.01 * bp.l2(W1, W2), outputs={"f": f}, stable=False)

theta = graph.init(seed=0)
values = graph.fprop(theta, x=[[1.0, 2.0]], y=[1])
grads = graph.bprop(values, inputs="x")
print(graph)
for name in values:
    print(f"\n{name} =\n{np.round(values[name], 4)}")
    if name in grads:
        print(f"gradient of the objective with respect to {name} =\n{np.round(grads[name], 4)}")
print(f"\nobjective = loss {values.loss:.4f} + penalty {values.penalty:.4f} = {values.objective:.4f}")

# the lecture's output gradient: d/df_c (-log f_y) = -1(y=c) / f_y
assert np.allclose(grads[f], [[0.0, -1 / values[f][0, 1]]])
