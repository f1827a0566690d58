"""Why initialisation matters: Glorot and Bengio (2010), section 4.2.1 and figure 7, on real digits.

The network has five hidden tanh layers and is not yet trained. The standard initialisation is W ~ U[-1/sqrt(n),
1/sqrt(n)], with n the inputs of the layer. Then n Var(W) = 1/3, and the variance of the back-propagated gradients
shrinks to a third from each layer to the one below. The normalised initialisation is W ~ U[-b, b] with
b = sqrt(6 / (inputs + outputs)). Then the variance is nearly constant.

Reports of training show the same: glorot-standard.html and glorot-normalised.html. With the slider "Epoch" at 1, the
bars "Deviation of the gradient" of a1 to a5 are stairs in the first, and level in the second.
"""

import numpy as np
from sklearn.datasets import load_digits

import bprop as bp

HIDDEN, LAYERS, SEEDS = 300, 5, 5

X, Y = load_digits(return_X_y=True)
data = {"x": X[:300] / 16 - 0.5, "y": Y[:300]}  # grey levels from -0.5 to 0.5


def variances(init):
    """The variance of the gradients at each hidden layer, the first layer first: the mean over some seeds."""
    graph = bp.mlp([64, *[HIDDEN] * LAYERS, 10], activation="tanh", init=init)
    rows = []
    for seed in range(SEEDS):
        grads = graph.bprop(graph.fprop(graph.init(seed), data))  # of the mean loss: 1 / N of each example's gradient
        rows.append([grads[f"a{k}"].var() * len(data["y"]) ** 2 for k in range(1, LAYERS + 1)])
    return np.mean(rows, axis=0)


def train(init):
    """Training with small steps, with health records after every epoch."""
    graph = bp.mlp([64, *[HIDDEN] * LAYERS, 10], activation="tanh", init=init)
    return bp.train(graph, data, epochs=10, rule=bp.SGD(0.001), batch_size=10, health=True, progress=False)


inits = {"standard": bp.init.standard, "normalised": bp.init.glorot_uniform}
series = {name: variances(init) for name, init in inits.items()}
print("variance of the back-propagated gradients at layer", *(f"{k:9}" for k in range(1, LAYERS + 1)))
for name, layers in series.items():
    print(f"{name:>50}", *(f"{v:9.2e}" for v in layers))
for name, layers in series.items():
    ratios = layers[:-1] / layers[1:]
    whole = layers[0] / layers[-1]
    print(f"{name}: layer k over layer k + 1: {', '.join(f'{r:.2f}' for r in ratios)}; first over last {whole:.3g}")

down = series["standard"][:-1] / series["standard"][1:]
assert ((down > 0.25) & (down < 0.4)).all(), "with the standard initialisation a layer leaves a third of the variance"
flat = series["normalised"][:-1] / series["normalised"][1:]
assert ((flat > 0.85) & (flat < 1.15)).all(), "with the normalised one it is nearly constant"

print("\nstandard deviation of the gradients in the report, after the first epoch")
for name, init in inits.items():
    fit = train(init)
    boxes = fit.history[0].health["boxes"]
    deviations = np.array([boxes[f"a{k}"]["gradient_std"] for k in range(1, LAYERS + 1)])
    fit.report(f"glorot-{name}.html")
    print(f"{name:>50}", *(f"{v:9.2e}" for v in deviations), f" in glorot-{name}.html")
    ratio = deviations[0] / deviations[-1]
    assert ratio < 0.15 if name == "standard" else ratio > 0.6
