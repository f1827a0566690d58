"""The lecture's algorithm by hand in NumPy, float32."""

import numpy as np

from benchmarks import reference
from benchmarks.cases import Problem


def prepare(problem: Problem):
    return lambda epochs: reference.train(problem, np.float32, epochs)


def predictor(problem: Problem):
    return lambda x: reference.forward(problem.params, x, problem.case.activation)
