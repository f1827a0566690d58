"""PyTorch with the loss under torch.compile, which needs a C++ compiler on the machine."""

import os
import shutil
import sys

from benchmarks.cases import Problem
from benchmarks.peers import UnavailableError, torch_eager


def prepare(problem: Problem):
    import torch

    compiler = os.environ.get("CXX", "clang++" if sys.platform == "darwin" else "g++")
    if shutil.which(compiler) is None:
        raise UnavailableError(
            f"torch.compile needs a C++ compiler, and there is no {compiler} here (CXX names another)"
        )
    torch._dynamo.reset()  # the cases are one function to it: without this, it would give up compiling after eight
    return torch_eager.prepare(problem, torch.compile)
