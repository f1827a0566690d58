"""bprop through its public `bp.train` and `Model.predict`, on the engine that is named."""

from benchmarks.cases import L2, LEARNING_RATE, Case, Problem
from benchmarks.peers import UnavailableError


def prepare(problem: Problem, engine: str):
    import bprop as bp

    case = problem.case
    graph = graph_of(case)

    def train(epochs: int, x=problem.x, y=problem.y):
        return bp.train(
            graph, {"x": x, "y": y}, rule=bp.SGD(LEARNING_RATE), batch_size=case.batch, epochs=epochs,
            params=problem.params, shuffle=False, engine=engine, progress=False,
        ).params  # fmt: skip

    if engine != "auto":  # "auto" always has an engine: there, an error is a failure
        _need(engine)
        try:
            train(1, problem.x[: case.batch], problem.y[: case.batch])
        except (ImportError, NotImplementedError, bp.errors.SettingError) as error:
            raise UnavailableError(str(error)) from error
    return train


def _need(engine: str) -> None:
    from bprop.engines import NAMES

    if engine not in NAMES:
        raise UnavailableError(f"this bprop has no engine called {engine!r}")


def graph_of(case: Case):
    """The network of a case, as a user of bprop builds it."""
    import bprop as bp

    return bp.mlp(case.sizes, activation=case.activation, l2=L2)


def predictor(problem: Problem, engine: str):
    import bprop as bp

    if engine != "auto":
        raise UnavailableError("predict does not choose an engine: see bprop")
    model = bp.Model(graph_of(problem.case), problem.params)
    return lambda x: model.predict(x=x)
