"""The whole program: data, graph, theta, rule, a pass, and training."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from bprop.playing.code.boxes import Lines
from bprop.playing.code.literals import NotWrittenError, arrays, literal, quoted
from bprop.playing.network import network_of
from bprop.playing.work import Work
from bprop.rules import Rule

MOST_WEIGHTS = 40_000
"""theta of more numbers is not written out."""


def program(work: Work) -> dict[str, object]:
    """{"text": Python, "needs": names of the person's own program that it uses}."""
    network, subject = work.network, work.subject
    needs = list(subject.code.needs)
    try:
        right = network if work.mistake is None else network_of(subject, work.recipe)
        lines = Lines(right.graph)
        own, imports = lines.lines, sorted(lines.imports)
        if work.mistake is not None:
            own = [*own, f"graph = plant(graph, {', '.join(map(quoted, work.mistake))})"]
            imports = [*imports, "from bprop.playing.mistakes import plant"]
    except NotWrittenError:
        own, imports, needs = [], [], [*needs, "graph"]
    theta = _theta(work, needs)
    trains = network.graph.loss is not None
    body = [
        *subject.code.lines, "", *own, "", *theta,
        *(["", f"rule = {rule(work.training.rule)}"] if trains else []),
        "", *_passes(work), *_train(work),
    ]  # fmt: skip
    text = "\n".join(body)
    head = ["import numpy as np"] if "np." in text else []
    head = (["from base64 import b64decode", ""] if "b64decode(" in text else []) + [
        *head,
        "",
        "import bprop as bp",
        *imports,
    ]
    comment = [f"# {name}: from your own program" for name in needs]
    text = "\n".join([*head, "", *comment, text]).strip() + "\n"
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return {"text": text, "needs": needs}


def _theta(work: Work, needs: list[str]) -> list[str]:
    network, theta = work.network, work.theta
    dtype = "" if network.dtype == np.float64 else f", dtype={quoted(network.dtype.name)}"
    if begins_there(work):
        return [f"theta = graph.init(seed={network.seed}{dtype})"]
    if network.graph.weight_count > MOST_WEIGHTS:
        if any(line.startswith("model = ") for line in work.subject.code.lines) and theta is network.start:
            return ["theta = model.params"]
        needs.append("theta")
        return []
    first, *rest = arrays(theta)
    return [f"theta = {first}", *rest]


def begins_there(work: Work) -> bool:
    """Whether theta is what `graph.init` gives, bit for bit."""
    first = work.network.start
    same = (value is first[name] or value.tobytes() == first[name].tobytes() for name, value in work.theta.items())
    return work.network.initial and all(same)


def rule(of: Rule) -> str:
    """A rule with the settings that are not its defaults, and its learning rate."""
    shown = {one.name: getattr(of, one.name) for one in fields(of) if one.init}
    changed = [
        f"{one.name}={literal(shown[one.name])}"
        for one in fields(of)
        if one.init and (one.name == "learning_rate" or shown[one.name] != one.default)
    ]
    return f"bp.{type(of).__name__}({', '.join(changed)})"


def _passes(work: Work) -> list[str]:
    dtype = "" if work.network.dtype == np.float64 else f", dtype={quoted(work.network.dtype.name)}"
    lines = [f"values = graph.fprop(theta, data{dtype})"]
    if work.network.graph.loss is not None:
        lines += ["gradients = graph.bprop(values)", 'print("objective", float(values.objective))']
    return lines


def _train(work: Work) -> list[str]:
    if work.network.graph.loss is None:
        return []
    held = "" if work.subject.held_out is None else "\n    validation=held_out, keep_best=False,"
    return [
        "",
        "fit = bp.train(",
        f"    graph, data, rule=rule, batch_size={work.training.batch_size}, epochs=10, params=theta,"
        f" seed={work.network.seed},{held}",
        f'    shuffle=False, dtype={quoted(work.network.dtype.name)}, engine="numpy",',
        ")",
        "print(fit.evaluate(data))",
    ]
