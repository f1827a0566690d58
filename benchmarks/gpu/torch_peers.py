"""PyTorch on the GPU: eager, with CUDA graphs, and compiled."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

from benchmarks.cases import L2, LEARNING_RATE, Problem
from benchmarks.peers.torch_eager import network, set_params

Train = Callable[[int], dict]


class Network:
    """The network of a case on the GPU, its data, and one step of plain SGD."""

    def __init__(self, problem: Problem, precision: str):
        import torch

        torch.backends.cuda.matmul.allow_tf32 = precision != "float32"
        self.problem, self.batch, self.narrow = problem, problem.case.batch, precision == "bfloat16"
        net, self.linears = network(problem.case)
        self.net = net.cuda()
        self.x, self.y = torch.from_numpy(problem.x).cuda(), torch.from_numpy(problem.y).long().cuda()
        groups = [
            {"params": [linear.weight for linear in self.linears], "weight_decay": 2 * L2},
            {"params": [linear.bias for linear in self.linears], "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.SGD(groups, lr=LEARNING_RATE, fused=True)

    def objective(self, x, y):
        import torch

        with torch.autocast("cuda", torch.bfloat16) if self.narrow else nullcontext():
            return torch.nn.functional.cross_entropy(self.net(x), y)

    def reset(self) -> None:
        set_params(self.linears, self.problem.params)

    def params(self) -> dict:
        """theta as NumPy arrays."""
        weights = {f"W{k}": one.weight.detach().cpu().numpy().T for k, one in enumerate(self.linears, start=1)}
        return weights | {f"b{k}": one.bias.detach().cpu().numpy() for k, one in enumerate(self.linears, start=1)}

    def train(self, step: Callable) -> Train:
        """All batches of some epochs in order, each by `step`."""

        def train(epochs: int) -> dict:
            self.reset()
            for _ in range(epochs):
                for start in range(0, len(self.x), self.batch):
                    step(self.x[start : start + self.batch], self.y[start : start + self.batch])
            return self.params()

        return train


def eager(problem: Problem, precision: str, compiler: Callable = lambda f: f) -> Train:
    """PyTorch as its tutorials write it, with the fused optimiser."""
    network = Network(problem, precision)
    objective = compiler(network.objective)

    def step(x, y) -> None:
        network.optimiser.zero_grad(set_to_none=True)
        objective(x, y).backward()
        network.optimiser.step()

    return network.train(step)


def compiled(problem: Problem, precision: str) -> Train:
    """The loss under torch.compile."""
    import torch

    torch._dynamo.reset()
    return eager(problem, precision, torch.compile)


def cuda_graph(problem: Problem, precision: str) -> Train:
    """One step captured as a CUDA graph, which is replayed for each batch."""
    import torch

    network = Network(problem, precision)
    x, y = network.x[: network.batch].clone(), network.y[: network.batch].clone()

    def whole() -> None:
        network.optimiser.zero_grad(set_to_none=False)
        network.objective(x, y).backward()
        network.optimiser.step()

    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):  # before a capture, PyTorch asks for a few steps on another stream
        for _ in range(3):
            whole()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        whole()

    def step(batch, labels) -> None:
        x.copy_(batch)
        y.copy_(labels)
        graph.replay()

    return network.train(step)
