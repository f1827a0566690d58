"""LeNet-5 on pictures of 28 x 28: `python -m benchmarks.lenet`. PyTorch, eager and by hand, beside bprop's engines.

LeCun, Bottou, Bengio and Haffner 1998: 6 maps of 5 x 5 with a border of 2 zeros, 16 maps of 5 x 5, layers of 120, 84
and 10 units; tanh, and the maximum of 2 x 2. Stochastic gradient descent in float32, on noise in the shape of MNIST.
All train by the same steps from the same theta, and must come to the same theta. In each round every peer trains once;
the ratio to PyTorch is the median over the rounds of the ratios within a round.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from time import perf_counter

import numpy as np

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job, choose

Train = Callable[[], dict[str, np.ndarray]]
RATE, TORCH = 0.05, "torch"
MAPS, UNITS = ((1, 6), (6, 16)), ((400, 120), (120, 84), (84, 10))


def network() -> bp.Graph:
    """LeNet-5, with its parameters W1, b1, ..., W5, b5."""
    x, y = bp.Input("x", (28, 28, 1)), bp.Input("y", (), dtype="int")
    h = x
    for k, (inputs, outputs) in enumerate(MAPS, 1):
        W, b = bp.Parameter(f"W{k}", (5, 5, inputs, outputs)), bp.Parameter(f"b{k}", (outputs,))
        h = bp.max_pool2d(bp.tanh(bp.conv2d(h, W, b, padding=2 if k == 1 else "valid")), size=2)
    h = bp.reshape(h, (-1, 400))
    for k, (inputs, outputs) in enumerate(UNITS, 3):
        a = bp.linear(h, bp.Parameter(f"W{k}", (inputs, outputs)), bp.Parameter(f"b{k}", (outputs,)))
        h = bp.tanh(a)
    return bp.Graph(loss=bp.cross_entropy(a, y), outputs={"f": bp.softmax(a)})


def pictures(count: int) -> dict[str, np.ndarray]:
    """Noise, and labels."""
    rng = np.random.default_rng(0)
    return {"x": rng.normal(size=(count, 28, 28, 1)).astype(np.float32), "y": rng.integers(10, size=count)}


def with_bprop(engine: str, data: dict[str, np.ndarray], batch: int, params: dict[str, np.ndarray]) -> Train:
    """Training by an engine: all steps of an epoch, in the order of the rows."""
    job = Job(network(), bp.SGD(RATE), DataSet(data), batch_size=batch, dtype=np.dtype(np.float32), seed=0)
    run = choose(engine).start(job, params)
    count = len(data["y"])

    def train() -> dict[str, np.ndarray]:
        run.restore(params, None)
        run.set_order(np.arange(count, dtype=np.int32))
        run.steps(0, count // batch, 0)
        return run.params()

    return train


def with_torch(data: dict[str, np.ndarray], batch: int, params: dict[str, np.ndarray]) -> Train:
    """The same in PyTorch: pictures (N, C, H, W), and weights (O, C, H, W) and (outputs, inputs)."""
    import torch
    from torch.nn import functional as F  # noqa: N812

    x, y = torch.from_numpy(data["x"]).movedim(-1, 1).contiguous(), torch.from_numpy(data["y"]).long()

    def train() -> dict[str, np.ndarray]:
        theta = {name: torch.from_numpy(theirs(name, array)).requires_grad_() for name, array in params.items()}
        for start in range(0, len(y), batch):
            h = x[start : start + batch]
            for k in (1, 2):
                h = F.conv2d(h, theta[f"W{k}"], theta[f"b{k}"], padding=2 if k == 1 else 0)
                h = F.max_pool2d(torch.tanh(h), 2)
            h = h.flatten(1)
            for k in (3, 4, 5):
                a = F.linear(h, theta[f"W{k}"], theta[f"b{k}"])
                h = torch.tanh(a)
            loss = F.cross_entropy(a, y[start : start + batch])
            grads = torch.autograd.grad(loss, list(theta.values()))
            with torch.no_grad():
                for parameter, grad in zip(theta.values(), grads, strict=True):
                    parameter -= RATE * grad
        return {name: ours(name, parameter.detach().numpy()) for name, parameter in theta.items()}

    return train


def theirs(name: str, array: np.ndarray) -> np.ndarray:
    """A parameter as PyTorch has it. The rows of W3 are places and channels; PyTorch's are channels and places."""
    if name == "W3":
        array = array.reshape(5, 5, 16, 120).transpose(2, 0, 1, 3).reshape(400, 120)
    moved = array.transpose(3, 2, 0, 1) if array.ndim == 4 else array.T
    return np.array(moved, np.float32, order="C")


def ours(name: str, array: np.ndarray) -> np.ndarray:
    """The inverse of `theirs`."""
    moved = array.transpose(2, 3, 1, 0) if array.ndim == 4 else array.T
    return moved.reshape(16, 5, 5, 120).transpose(1, 2, 0, 3).reshape(400, 120) if name == "W3" else np.array(moved)


def peers(names: list[str], batch: int, count: int) -> dict[str, Train]:
    """Training by each peer. Raises ValueError if one comes to another theta than NumPy."""
    data, params = pictures(count), network().init(0)
    makers = {
        name: (with_torch if name == TORCH else lambda *rest, name=name: with_bprop(name, *rest)) for name in names
    }
    trains = {name: make(data, batch, params) for name, make in makers.items()}
    few = pictures(2 * batch)
    expected = with_bprop("numpy", few, batch, params)()
    for name, make in makers.items():
        found = make(few, batch, params)()
        worst = max(float(np.abs(found[n] - expected[n]).max()) for n in expected)
        if not worst < 1e-4:
            raise ValueError(f"after 2 steps {name} is {worst:.1e} away from NumPy")
    return trains


def measure(names: list[str], batch: int, count: int, rounds: int) -> dict[str, list[float]]:
    """Seconds a step of each peer, in each round."""
    trains = peers(names, batch, count)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds + 1):  # the first is not counted
        for name, train in trains.items():
            start = perf_counter()
            train()
            if number:
                seconds[name].append((perf_counter() - start) / (count // batch))
    return seconds


def lines(seconds: dict[str, list[float]], batch: int) -> list[str]:
    """A row for each peer: microseconds a step, and the ratio to PyTorch."""
    rows = []
    for name, all_of in seconds.items():
        ratio = "" if TORCH not in seconds else _median_ratio(all_of, seconds[TORCH])
        rows.append(f"| {batch} | {name} | {1e6 * statistics.median(all_of):,.0f} | {ratio} |")
    return rows


def _median_ratio(times: list[float], of_torch: list[float]) -> str:
    return f"{statistics.median(a / b for a, b in zip(times, of_torch, strict=True)):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lenet", description=__doc__)
    parser.add_argument("--peers", default=f"{TORCH},native,xla", help="comma-separated")
    parser.add_argument("--batches", default="32,128", help="rows of a batch, comma-separated")
    parser.add_argument("--examples", type=int, default=2048, help="pictures of an epoch (default 2048)")
    parser.add_argument("--rounds", type=int, default=9, help="rounds (default 9)")
    parser.add_argument("--threads", type=int, default=2, help="threads of PyTorch (default 2)")
    given = parser.parse_args()
    names = given.peers.split(",")
    if TORCH in names:
        import torch

        torch.set_num_threads(given.threads)
    print("| batch | | us a step | time / PyTorch's |\n| --- | --- | --- | --- |")
    for batch in map(int, given.batches.split(",")):
        print("\n".join(lines(measure(names, batch, given.examples, given.rounds), batch)), flush=True)


if __name__ == "__main__":
    main()
