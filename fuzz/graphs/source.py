"""A case as a program that runs on its own, to show a fault."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from fuzz.graphs.case import OWN, Case, Node

HEAD = '"""{title}"""\nimport numpy as np\nimport bprop as bp\n'
TAIL = """
results = {{}}
for dtype in ("float64", "float32"):
    for engine in ("numpy", "native", "xla"):
        try:
            fit = bp.train(
                graph, data, params=theta, rule={rule}, batch_size={batch_size}, epochs={epochs}, seed={seed},
                shuffle={shuffle}, weights={weights}, validation={validation}, validation_weights={validation_weights},
                dtype=dtype, engine=engine, progress=False,
            )
        except Exception as error:
            print(dtype, engine, type(error).__name__, error)
            continue
        r = fit.history[-1]
        print(dtype, engine, "loss", r.loss, "penalty", r.penalty, r.metrics, "validation", r.validation)
        for name, array in fit.params.items():
            print("   change of", name, (array - theta[name]).tolist())
"""


def source(case: Case, title: str = "A fault") -> str:
    """Python that builds the graph of a case and trains it on every engine, printing what comes out."""
    own = sorted({n.kind for n in case.nodes} & OWN.keys())
    lines = [HEAD.format(title=title)]
    if own:
        lines.append(
            "from typing import Any\nfrom collections.abc import Callable\n"
            "from bprop.namespace import namespace, unbroadcast\n"
        )
        lines += [inspect.getsource(OWN[kind]) for kind in own]
    lines += [_line(case, node) for node in case.nodes]
    outputs = ", ".join(f"{k!r}: {_name(case, v)}" for k, v in case.outputs.items())
    penalty = "None" if case.penalty is None else _name(case, case.penalty)
    lines.append(
        f"graph = bp.Graph(loss={_name(case, case.loss)}, penalty={penalty}, outputs={{{outputs}}}, "
        f"stable={case.stable})"
    )
    lines.append(f"data = {_arrays(case.data)}")
    lines.append(f"theta = {_arrays(case.theta)}")
    parts = {key: _array(getattr(case, key)) for key in ("weights", "validation_weights")}
    lines.append(TAIL.format(
        rule=_rule(case), batch_size=case.batch_size, epochs=case.epochs, seed=case.seed, shuffle=case.shuffle,
        validation="None" if case.validation is None else _arrays(case.validation), **parts,
    ))  # fmt: skip
    return "\n".join(lines)


def _name(case: Case, at: int) -> str:
    return case.nodes[at].name.replace("~", "_")


def _line(case: Case, node: Node) -> str:
    hyper = {k: v for k, v in node.hyper.items() if k != "trainable" or not v}
    said = [f"{k}={_value(v)}" for k, v in hyper.items()]
    if node.kind in ("Input", "Parameter"):
        call = ", ".join([repr(node.name), *said])
    else:
        call = ", ".join([*(_name(case, c) for c in node.children), f"name={node.name!r}", *said])
    return f"{node.name} = {'' if node.kind in OWN else 'bp.'}{node.kind}({call})"


def _value(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return _array(value)
    number = getattr(value, "number", None)  # the function of an Apply
    return repr(value) if number is None else f"lambda: {number!r}"


def _array(value: np.ndarray | None) -> str:
    if value is None:
        return "None"
    if value.size > 400 and (value == value.flat[0]).mean() > 0.9:
        odd = "".join(f", {i}, {v!r}" for i, v in enumerate(value.ravel().tolist()) if v != value.flat[0])
        filled = f"np.full({value.shape}, {value.flat[0].item()!r})"
        return f"np.put(t := {filled}{odd}) or t" if odd else filled
    return f"np.array({value.tolist()!r}, {value.dtype.str!r})"


def _arrays(arrays: dict[str, np.ndarray]) -> str:
    return "{" + ", ".join(f"{k!r}: {_array(v)}" for k, v in arrays.items()) + "}"


def _rule(case: Case) -> str:
    rule = case.rule
    numbers = {k: repr(v) for k, v in rule.numbers.items()}
    if rule.schedule is not None:
        numbers["learning_rate"] = _schedule(*rule.schedule)
    return f"bp.{rule.kind}({', '.join(f'{k}={v}' for k, v in numbers.items())})"


def _schedule(name: str, numbers: dict[str, Any]) -> str:
    said = ", ".join(f"{k}={_schedule(*v) if isinstance(v, tuple) else repr(v)}" for k, v in numbers.items())
    return f"bp.schedules.{name}({said})"
