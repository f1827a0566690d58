"""bprop on XLA, through its public `bp.train`."""

import bprop as bp
from benchmarks.cases import EPOCHS, L2, LEARNING_RATE, Problem


def prepare(problem: Problem, engine: str = "xla"):
    case = problem.case
    graph = bp.mlp(case.sizes, activation=case.activation, l2=L2)

    def run():
        fit = bp.train(
            graph, {"x": problem.x, "y": problem.y}, rule=bp.SGD(LEARNING_RATE), batch_size=case.batch, epochs=EPOCHS,
            params=problem.params, shuffle=False, engine=engine, progress=False,
        )  # fmt: skip
        return fit.params

    return run
