"""Draws the pictures of the pages that teach (docs/learn). Every number in them is computed by bprop.

python docs/make_learn_pictures.py [FOLDER]
"""

import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt
import numpy as np

import bprop as bp

BLUE, RED, GREY = "#2563eb", "#c2410c", "#64748b"
STYLE = {
    "svg.hashsalt": "bprop", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 11,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY, "axes.labelcolor": GREY,
    "xtick.color": GREY, "ytick.color": GREY, "figure.facecolor": "white",
}  # fmt: skip


def save(figure, folder, name):
    path = Path(folder) / name
    figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)
    return path


def draw_loss(folder):
    """-log p of the right class, from the box nll."""
    f, y = bp.Input("f", (2,)), bp.Input("y", (), dtype="int")
    loss = bp.nll(f, y)
    graph = bp.Graph(loss=loss, stable=False)
    p = np.linspace(0.01, 1, 200)
    values = graph.fprop({}, f=np.stack([p, 1 - p], axis=1), y=np.zeros(200, int))
    figure, axes = plt.subplots(figsize=(5, 2.8))
    axes.plot(p, values[loss], color=BLUE, linewidth=2)
    for at, label in ((0.5, "one half: 0.69"), (0.1, "one tenth: 2.3")):
        axes.plot(at, -np.log(at), "o", color=RED)
        axes.annotate(label, (at, -np.log(at)), xytext=(8, 6), textcoords="offset points", color=RED)
    axes.set(xlabel="p, the probability of the right class", ylabel="loss -log p (nats)")
    return save(figure, folder, "loss.svg")


def draw_sgd(folder):
    """The objective over w and b, and the path of stochastic gradient descent."""
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=200)
    T = 2 * X + 1 + rng.normal(0, 0.1, size=200)
    x, t = bp.Input("x"), bp.Input("t")
    w, b = bp.Parameter("w", ()), bp.Parameter("b", ())
    graph = bp.Graph(loss=bp.squared_error(x * w + b, t))
    theta, path = {"w": np.array(0.0), "b": np.array(0.0)}, [(0.0, 0.0)]
    for n in range(120):
        grads = graph.bprop(graph.fprop(theta, x=X[n : n + 1], t=T[n : n + 1]))
        theta = {name: theta[name] - 0.05 * grads[name] for name in theta}
        path.append((float(theta["w"]), float(theta["b"])))
    ws, bs = np.linspace(-0.5, 3, 41), np.linspace(-0.5, 2, 31)
    heights = [[graph.fprop({"w": w, "b": b}, x=X, t=T).loss for w in ws] for b in bs]
    figure, axes = plt.subplots(figsize=(5, 3.4))
    axes.contour(ws, bs, heights, levels=[0.02, 0.1, 0.3, 0.6, 1, 1.5, 2.2], cmap="Blues_r", linewidths=1)
    axes.plot(*zip(*path, strict=True), "-", color=RED, linewidth=1.2)
    axes.plot(*path[0], "o", color=RED)
    axes.plot(*path[-1], "*", color=RED, markersize=10)
    axes.set(xlabel="w", ylabel="b")
    return save(figure, folder, "sgd.svg")


def draw_pass(folder):
    """The network of page 3, with its values and gradients."""
    rng = np.random.default_rng(1)
    graph = bp.mlp([2, 3, 2], activation="tanh")
    theta = {"W1": rng.normal(size=(2, 3)), "b1": np.zeros(3), "W2": rng.normal(size=(3, 2)), "b2": np.zeros(2)}
    path = Path(folder) / "pass.svg"
    graph.draw(theta, {"x": np.array([[1.0, 0.5]]), "y": np.array([1])}).save(path)
    return path


def draw_diamond(folder):
    """The graph of page 4 whose box h has two parents."""
    x, t, w = bp.Input("x"), bp.Input("t"), bp.Parameter("w", ())
    h = bp.tanh(x * w, name="h")
    left, right = bp.sigmoid(h, name="left"), bp.power(h, 3, name="right")
    path = Path(folder) / "diamond.svg"
    bp.Graph(loss=bp.squared_error(left + right, t, name="loss")).draw().save(path)
    return path


def draw_finite_differences(folder):
    """The error of the finite difference over eps."""
    graph = bp.mlp([3, 4, 2], l2=0.01)
    theta = graph.init(seed=0)
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(6, 3)), "y": rng.integers(0, 2, size=6)}

    def objective(change):
        W1 = theta["W1"].copy()
        W1[0, 0] += change
        return graph.fprop({**theta, "W1": W1}, data).objective

    slope = graph.bprop(graph.fprop(theta, data))["W1"][0, 0]
    steps = np.logspace(-13, 0, 53)
    errors = [abs((objective(e) - objective(-e)) / (2 * e) - slope) / abs(slope) for e in steps]
    figure, axes = plt.subplots(figsize=(5, 3))
    axes.loglog(steps, errors, color=BLUE, linewidth=1.5)
    axes.annotate("rounding", (1e-11, 1e-4), color=RED)
    axes.annotate("eps²", (2e-2, 1e-6), color=RED)
    axes.set(xlabel="eps", ylabel="relative error")
    return save(figure, folder, "finite_differences.svg")


def draw_gradients(folder):
    """The size of the gradients in each layer, for two initialisations."""
    rng = np.random.default_rng(0)
    batch = {"x": rng.normal(size=(100, 50)), "y": rng.integers(0, 2, size=100)}
    figure, axes = plt.subplots(figsize=(5, 3))
    for init, label, colour in (
        (bp.init.glorot_uniform, "Glorot", BLUE),
        (bp.init.uniform(0.05), "uniform in [-0.05, 0.05]", RED),
    ):
        network = bp.mlp([50, *[50] * 8, 2], init=init)
        grads = network.bprop(network.fprop(network.init(seed=0), batch))
        sizes = [float(np.sqrt(np.mean(grads[f"a{k}"] ** 2))) for k in range(1, 9)]
        axes.semilogy(range(1, 9), sizes, "o-", color=colour, label=label)
    axes.set(xlabel="layer k", ylabel="rms of grad_a(k)")
    axes.legend(frameon=False)
    return save(figure, folder, "gradients.svg")


PICTURES = (draw_loss, draw_sgd, draw_pass, draw_diamond, draw_finite_differences, draw_gradients)

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "learn"
    with mpl.rc_context(STYLE):
        for picture in PICTURES:
            print(picture(folder))
