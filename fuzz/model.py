"""Model files: bytes as they come, and well-signed files (right checksum) whose content is mutated.

An input that begins with "{" is a document {"meta": what a model file says, "arrays": {name: [type, shape]}}, and is
made into a file; any other is a file. What loads is drawn as text, predicts a row, and is handed to every command that
takes a model, with rows that fit the seeds: `predict`, `evaluate`, `check`, `graph`, `step`, `export`, and to a report.
"""

from __future__ import annotations

import contextlib
import copy
import json
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

import bprop as bp
from bprop import errors, files
from bprop.architecture import Architecture
from bprop.cli.opening import prepare
from bprop.sources.answer import Answer
from bprop.sources.frame import Frame
from bprop.sources.preparation import KEY, Preparation
from bprop.sources.scaling import network_arrays, units_of
from bprop.tables.network import build
from fuzz import commands, guard

FOLDER = Path(tempfile.mkdtemp(prefix="bprop-fuzz-"))
MOST = 10_000  # numbers in an array that a document asks for
ODD: list[Any] = [
    None, True, -1, 0, 1, 2, 3, 2**31, 10**9, 10**18, 10**30, 0.5, -0.0, 1e308, float("nan"), float("inf"), "", "x",
    "W1", "f", [], {}, [0], [-1, 2], {"tuple": []}, {"tuple": [2, 3]}, {"tuple": [10**6, 10**6]}, {"slice": [0, 1, 1]},
    {"slice": [None, None, 0]}, {"float": "nan"}, {"ellipsis": True}, {"array": [1], "shape": [1], "dtype": "float64"},
    "Concat", "MatMul", "Input", "Parameter", "Constant", "Take", "Softmax", "numeric", "categorical", "date",
    "1970-01-01",
]  # fmt: skip


def seeds() -> list[bytes]:
    """Models of each family of boxes, of arrays, and of tables with each task; the bytes of one file."""
    found = [
        bp.mlp([3, 4, 2], activation="tanh", task="classification", l2=0.1, normalise="batch", dropout=0.1),
        bp.mlp([3, 2, 1], task="regression", normalise="layer", input_scaling=(np.zeros(3), np.ones(3))),
        bp.mlp([2, 3, 3], task="multilabel", activation="gelu"),
        bp.mlp([2, 3, 3], task="classification", activation="elu", loss="hinge"),
    ]
    models = [bp.Model(graph, graph.init(seed=k)) for k, graph in enumerate(found)]
    frame = commands.pets()
    models += [
        of_rows(frame, Answer.of(frame, columns)) for columns in (("good",), ("price",), ("a", "b"), ("price", "a"))
    ]
    for task in ("classification", "regression"):
        table = commands.dots(task)
        models.append(of_rows(table, Answer.of(table, table.target, task)))
    x, y = bp.Input("x", (4, 3)), bp.Input("y", (), dtype="int")
    w = bp.Parameter("w", (3, 4))
    f = bp.softmax(bp.sum(bp.concat([x @ w, bp.exp(x) @ w], axis=-1), axis=1))
    graph = bp.Graph(loss=bp.nll(f, y), penalty=bp.l1(w), outputs={"f": f})
    models.append(bp.Model(graph, graph.init(seed=0)))
    documents = []
    for model in models:
        path = FOLDER / "seed"
        bp.save(path, model)
        arrays, meta = files.read_tensors(path)
        sizes = {name: [str(array.dtype), list(array.shape)] for name, array in arrays.items()}
        documents.append(json.dumps({"meta": meta, "arrays": sizes}).encode())
    return [*documents, (FOLDER / "seed").read_bytes()]


def of_rows(rows: Any, answer: Any) -> bp.Model:
    """A model as `bprop train` makes it, after an epoch, with its history."""
    coding = prepare(rows, answer)
    graph = build(rows, coding, Architecture((3,), "relu"))
    units = units_of(coding.arrays(rows), coding, "auto")
    notes = {**coding.to_notes(), **units.to_notes()}
    return bp.train(
        graph, network_arrays(rows, coding, units), epochs=1, engine="numpy", progress=False, health=True, notes=notes,
        validation=0.5, patience=1,
    )  # fmt: skip


def content(data: bytes) -> bytes:
    """The bytes of the file that an input stands for."""
    try:
        document = json.loads(data) if data[:1] == b"{" else None
        meta = document["meta"]
        rng = np.random.default_rng(0)
        arrays = {
            name: (abs if name.startswith("rule/") else np.asarray)(rng.normal(size=shape)).astype(kind)
            for name, (kind, shape) in document["arrays"].items()
            if kind in ("float32", "float64", "int64", "uint8", "bool") and 0 <= np.prod(shape, dtype=float) <= MOST
        }
        meta.pop(files.CHECKSUM, None)
        meta = json.loads(json.dumps(meta))
        return save(arrays, metadata={files.KEY: json.dumps({**meta, files.CHECKSUM: files.checksum(meta, arrays)})})
    except Exception:  # not such a document
        return data


def one(data: bytes) -> None:
    """Load the file and use what it holds; only a BpropError may come of it."""
    path = FOLDER / "file.bprop"
    path.write_bytes(content(data))
    with guard.inside(FOLDER), np.errstate(all="ignore"):
        try:
            model = bp.load(path)
        except errors.BpropError as error:
            str(error)
            return
        str(model.graph), [str(record) for record in model.history]
        with contextlib.suppress(errors.BpropError):
            _use(model)
        if all(np.prod(box.shape, dtype=float) <= MOST for box in model.graph.inputs.values()):
            commands.try_all(path, FOLDER)


def _use(model: bp.Model) -> None:
    inputs = model.graph.predictor.inputs
    if sum(np.prod(box.shape, dtype=float) for box in inputs.values()) <= MOST:
        kinds = {"int": np.int64, "bool": np.bool_, "float": np.float64}
        model.predict({name: np.zeros((2, *box.shape), kinds[box.spec.kind]) for name, box in inputs.items()})
    if KEY in model.notes:
        coding = Preparation.from_notes(model.notes)
        cells = np.array(["1", None, "2024-01-05", "red"], object)
        frame = Frame("rows", dict.fromkeys(coding.columns, cells), lambda row: f"row {row}")
        coding.inputs(frame)


def mutate(data: bytes, most: int, seed: int, plain: Callable[[bytes, int], bytes]) -> bytes:
    """A node of the document replaced, removed or doubled; one time in three, and for bytes, libFuzzer's own."""
    rng = random.Random(seed)
    try:
        document = json.loads(data) if data[:1] == b"{" and rng.random() < 0.7 else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return plain(data, most)
    for _ in range(rng.randint(1, 3)):
        _change(document, rng)
    changed = json.dumps(document).encode()
    return changed if len(changed) <= most else plain(data, most)


def _change(document: Any, rng: random.Random) -> None:
    places = list(_places(document))
    if not places:
        return
    parent, key = rng.choice(places)
    how = rng.random()
    if how < 0.5:
        parent[key] = copy.deepcopy(rng.choice(ODD))
    elif how < 0.75:
        other, name = rng.choice(places)
        parent[key] = json.loads(json.dumps(other[name]))
    elif how < 0.9 or not isinstance(parent, list):
        del parent[key]
    else:
        parent.append(json.loads(json.dumps(parent[key])))


def _places(tree: Any) -> Any:
    """(container, key) of every node below the root."""
    items = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree)) if isinstance(tree, list) else []
    for key, child in items:
        yield tree, key
        yield from _places(child)
