"""PyTorch with the loss under torch.compile."""

from benchmarks.cases import Problem
from benchmarks.peers import torch_eager


def prepare(problem: Problem):
    return torch_eager.prepare(problem, compiled=True)
