"""Model files made to do harm: they cannot execute, take absurd memory, or fail in any way but a clean error.

BPROP_FUZZ says how many mutations of valid files to try (default 150).
"""

import copy
import json
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save as save_safetensors

import bprop as bp
from bprop import errors, files
from bprop.files import read_tensors, write_tensors

GOLDEN = Path(__file__).parent / "golden"
ARRAYS, META = read_tensors(GOLDEN / "format-1.model")
CHECKPOINT = read_tensors(GOLDEN / "format-1.checkpoint")
FUZZ = int(os.environ.get("BPROP_FUZZ", "150"))
MEMORY = 2**28


def load(path, arrays, meta):
    """Load what these make as a file, or None where that is refused; anything but a clean error fails."""
    write_tensors(path, arrays, meta)
    return loaded(path)


def loaded(path):
    tracemalloc.start()
    try:
        return bp.load(path)
    except errors.ModelFileError as error:
        assert str(path) in str(error)
        return None
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < MEMORY


def graph(*boxes, outputs=None, **more):
    """Meta whose graph is of these boxes: (name, type, children, hyper-parameters)."""
    entries = [
        {"name": name, "named": True, "type": kind, "children": list(children), "hyper": hyper}
        for name, kind, children, hyper in boxes
    ]
    last = {"f": entries[-1]["name"]} if outputs is None else outputs
    described = {"format": 1, "boxes": entries, "loss": None, "penalty": None, "outputs": last, "stable": True} | more
    return {**META, "graph": described, "history": [], "notes": {}}


def input_of(*shape):
    return "x", "Input", [], {"shape": {"tuple": list(shape)}, "dtype": "float"}


def parameter(name, *shape):
    return name, "Parameter", [], {"shape": {"tuple": list(shape)}, "init": None, "trainable": True}


HUGE = {
    "an input": [input_of(10**6, 10**6), ("f", "Tanh", ["x"], {})],
    "an input beyond all numbers": [input_of(10**30), ("f", "Tanh", ["x"], {})],
    "a parameter": [parameter("W", 10**12), ("f", "L2", ["W"], {})],
    "an outer sum": [parameter("a", 10**6, 1), parameter("b", 10**6), ("f", "Add", ["a", "b"], {})],
    "an outer product": [parameter("a", 10**6, 1), parameter("b", 1, 10**6), ("f", "MatMul", ["a", "b"], {})],
    "a layer": [
        input_of(1), parameter("W", 1, 10**7), parameter("b", 10**7), ("f", "Linear", ["x", "W", "b"], {}),
    ],
    "an embedding": [
        ("x", "Input", [], {"shape": {"tuple": [10**4]}, "dtype": "int"}), parameter("W", 1, 10**4),
        ("f", "Take", ["W", "x"], {}),
    ],
    "doubling": [
        input_of(10),
        *((f"c{i}", "Concat", [f"c{i - 1}" if i else "x"] * 2, {"axis": -1}) for i in range(60)),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", HUGE)
def test_absurd_sizes_are_refused_before_memory_is_taken(tmp_path, name):
    assert load(tmp_path / "f", {}, graph(*HUGE[name])) is None


def test_sizes_that_the_arrays_of_a_file_bear_out_are_loaded(tmp_path):
    big = np.zeros((2**21, 1), "float32")
    meta = graph(parameter("W", *big.shape), input_of(1), ("f", "Add", ["x", "W"], {}), outputs={"f": "x"})
    assert load(tmp_path / "f", {"params/W": big}, meta) is None  # an output is no reason to keep W
    meta = graph(parameter("W", *big.shape), ("f", "L2", ["W"], {}))
    assert load(tmp_path / "f", {"params/W": big}, meta) is not None


NONSENSE = {
    "a cycle": graph(("a", "Tanh", ["b"], {}), ("b", "Tanh", ["a"], {})),
    "a box that is its own child": graph(("a", "Tanh", ["a"], {})),
    "two boxes of one name": graph(input_of(2), ("f", "Tanh", ["x"], {}), ("f", "Relu", ["x"], {})),
    "an unknown box": graph(input_of(2), ("f", "os:system", ["x"], {})),
    "a module to import": graph(input_of(2), ("f", "subprocess:Popen", ["x"], {})),
    "the base class": graph(input_of(2), ("f", "Box", ["x"], {})),
    "a child that is missing": graph(input_of(2), ("f", "Tanh", ["y"], {})),
    "children as text": graph(input_of(2), ("f", "Tanh", "y", {})),
    "hyper-parameters that are not": graph(input_of(2), ("f", "Tanh", ["x"], {"__class__": 1})),
    "an array of objects": graph(("c", "Constant", [], {"value": {"array": [1], "shape": [1], "dtype": "O"}})),
    "an array of texts": graph(("c", "Constant", [], {"value": {"array": [1], "shape": [1], "dtype": "U999999999"}})),
    "an array in a huge shape": graph(
        ("c", "Constant", [], {"value": {"array": [1], "shape": [10**9], "dtype": "float64"}})
    ),
    "an initialiser that is none": graph(
        ("W", "Parameter", [], {"shape": {"tuple": [2]}, "init": {"initialiser": "eval", "x": "1"}, "trainable": True})
    ),
    "NaN for a format": {**META, "format": float("nan")},
    "text for a format": {**META, "format": "1"},
    "format 0": {**META, "format": 0},
    "records of text": {**META, "history": [{**META["history"][0], "loss": "low"}]},
    "records of lists": {**META, "history": [{**META["history"][0], "metrics": [1]}]},
    "notes of text": {**META, "notes": "abc"},
    "a graph that is a list": {**META, "graph": []},
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_a_clean_error(tmp_path, name):
    assert load(tmp_path / "f", ARRAYS, NONSENSE[name]) is None


def test_names_that_are_paths_are_only_names(tmp_path):
    renamed = json.loads(json.dumps(META).replace('"W1"', '"../../W1"'))
    arrays = {name.replace("params/W1", "params/../../W1"): array for name, array in ARRAYS.items()}
    net = load(tmp_path / "f", arrays, renamed)
    assert net is None or "../../W1" in net.params
    assert os.listdir(tmp_path) == ["f"]


def test_not_a_number_among_the_records_is_a_number(tmp_path):
    meta = copy.deepcopy(META)
    meta["history"][0]["loss"] = float("nan")
    assert np.isnan(load(tmp_path / "f", ARRAYS, meta).history[0].loss)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, "9" * 100_000, '{"graph": 1e999}', '"\\ud800"', "1"]
)
def test_json_made_to_break_the_reader(tmp_path, text):
    (tmp_path / "f").write_bytes(save_safetensors({}, metadata={files.KEY: text}))
    assert loaded(tmp_path / "f") is None


def test_values_nested_deep(tmp_path):
    deep = {"tuple": [1]}
    for _ in range(400):
        deep = {"tuple": [deep]}
    assert load(tmp_path / "f", {}, graph(input_of(2), ("f", "Reshape", ["x"], {"shape": deep}))) is None


@pytest.mark.parametrize("header", [2**63, 2**40, 100, 0])
def test_a_header_that_lies_about_its_length(tmp_path, header):
    (tmp_path / "f").write_bytes(header.to_bytes(8, "little") + b"{}" * 10)
    assert loaded(tmp_path / "f") is None


# --- fuzzing ---

ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=5), st.just([]), st.just({}),
    st.sampled_from(["x", "W1", "f", "Concat", "MatMul", "Input", "Parameter", "Constant", "BatchNorm", "os:system"]),
    st.sampled_from([0, 1, -1, 2, 3, 10**6, 10**9, 10**18]),
    st.dictionaries(
        st.sampled_from(["tuple", "slice", "float", "array", "shape", "dtype", "initialiser", "ellipsis"]),
        st.one_of(st.integers(-3, 10**9), st.lists(st.integers(-3, 10**9), max_size=3), st.text(max_size=3)),
    ),
)  # fmt: skip


def places(tree, path=()):
    """The paths of all nodes of a tree of JSON."""
    yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, child in items:
        yield from places(child, (*path, key))


def parent_of(tree, path):
    for key in path[:-1]:
        tree = tree[key]
    return tree


def mutated(draw, meta):
    """Some nodes replaced, removed, or put in place of others."""
    meta = copy.deepcopy(meta)
    for _ in range(draw(st.integers(1, 3))):
        paths = [path for path in places(meta) if path]
        if not paths:
            break
        path = draw(st.sampled_from(paths))
        parent = parent_of(meta, path)
        how = draw(st.sampled_from(["odd", "odd", "other", "remove", "twice"]))
        if how == "odd":
            parent[path[-1]] = draw(ODD)
        elif how == "other":
            other = draw(st.sampled_from(paths))
            parent[path[-1]] = copy.deepcopy(parent_of(meta, other)[other[-1]])
        elif how == "remove":
            del parent[path[-1]]
        elif isinstance(parent, list):
            parent.append(copy.deepcopy(parent[path[-1]]))
    return meta


fuzzed = settings(
    max_examples=FUZZ, suppress_health_check=list(HealthCheck), derandomize="BPROP_FUZZ" not in os.environ
)


@fuzzed
@given(data=st.data())
def test_mutations_of_what_a_file_says(data, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "mutated"
    net = load(path, ARRAYS, mutated(data.draw, META))
    if net is not None:
        str(net.graph), [str(record) for record in net.history]


@settings(fuzzed, max_examples=1 + FUZZ // 3)
@given(data=st.data())
def test_mutations_of_what_a_checkpoint_says(data, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "mutated"
    arrays, meta = CHECKPOINT
    meta = {**meta, "training": mutated(data.draw, {"t": meta["training"]}).get("t")}
    write_tensors(path, arrays, meta)
    rng = np.random.default_rng(7)
    examples = {"x": rng.normal(size=(24, 4)), "y": rng.integers(3, size=24)}
    try:
        fit = bp.train(
            bp.load(GOLDEN / "format-1.model").graph, examples, rule=bp.SGD(0.1, momentum=0.9), batch_size=5, epochs=3,
            seed=1, validation=0.25, patience=5, engine="numpy", progress=False, resume=path,
        )  # fmt: skip
    except errors.BpropError:
        return
    assert len(fit.history) >= 3


@fuzzed
@given(data=st.data())
def test_mutations_of_the_bytes_of_a_file(data, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "mutated"
    content = bytearray((GOLDEN / "format-1.model").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        how = data.draw(st.sampled_from(["byte", "cut", "insert", "header"]))
        if how == "byte":
            content[at] = data.draw(st.integers(0, 255))
        elif how == "cut":
            del content[at : at + data.draw(st.integers(1, 50))]
        elif how == "insert":
            content[at:at] = data.draw(st.binary(max_size=20))
        else:
            content[:8] = data.draw(st.integers(0, 2**64 - 1)).to_bytes(8, "little")
    path.write_bytes(content)
    loaded(path)
