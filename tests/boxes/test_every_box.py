"""Properties of every box of bprop, checked on the box's own examples."""

import inspect
import pkgutil
from functools import cache
from importlib import import_module

import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors
from bprop.box import Box
from bprop.graph.passes import bprop
from bprop.leaves import Leaf
from bprop.lower_case import snake

CATALOGUE = boxes.catalogue()


def examples(cls):
    return list(cls.examples(np.random.default_rng(1)))


CASES = [
    pytest.param(cls, index, id=f"{cls.__name__}-{index}") for cls in CATALOGUE for index in range(len(examples(cls)))
]
every_box = pytest.mark.parametrize("cls", CATALOGUE, ids=lambda cls: cls.__name__)
every_example = pytest.mark.parametrize(("cls", "index"), CASES)


@cache
def case(cls, index):
    """(box without children, children's values, what the pass hands over, a gradient): all arrays read-only."""
    arrays = list(examples(cls)[index])
    hyper = arrays.pop() if isinstance(arrays[-1], dict) else {}
    arrays = tuple(np.asarray(a) for a in arrays)
    box = object.__new__(cls)
    box.__dict__.update({**cls.hyper_defaults, **hyper})
    rng = np.random.default_rng(2)
    made = {
        "noise": lambda: box.noise(lambda shape: rng.uniform(size=shape), *arrays),
        "weights": lambda: rng.uniform(0.5, 2.0, size=arrays[0].shape[0]),
    }
    extras = tuple(made[need]() for need in cls.needs)
    grad = rng.normal(size=np.shape(box.fprop(*arrays, *extras)))
    for array in (*arrays, *extras, grad):
        array.setflags(write=False)
    return box, arrays, extras, grad


def gradients(box, grad, value, arrays, extras):
    sent = box.bprop(grad, value, *arrays, *extras)
    return sent if isinstance(sent, tuple) else (sent,)


@cache
def on_xla(cls, index):
    """(value, bprop's gradients, jax.vjp's gradients of the float children), compiled, in float64."""
    import jax

    box, arrays, extras, grad = case(cls, index)
    floats = [i for i, a in enumerate(arrays) if a.dtype.kind == "f"]

    def compute(arrays, extras, grad):
        def fprop(*given):
            children = list(arrays)
            for i, a in zip(floats, given, strict=True):
                children[i] = a
            value = box.fprop(*children, *extras)
            return jax.lax.stop_gradient(value) if box.stops_gradient else value

        value, vjp = jax.vjp(fprop, *(arrays[i] for i in floats))
        return value, gradients(box, grad, value, arrays, extras), vjp(grad)

    with jax.enable_x64(True):
        value, ours, oracle = jax.jit(compute)(arrays, extras, grad)
        ours = [None if g is None else np.asarray(g) for g in ours]
        return np.asarray(value), ours, {i: np.asarray(g) for i, g in zip(floats, oracle, strict=True)}


def on_native(cls, index, dtype):
    """(value, *bprop's gradients), compiled by the native engine."""
    pytest.importorskip("llvmlite")
    from bprop.engines.native.run.evaluate import evaluate

    box, arrays, extras, grad = case(cls, index)

    def compute(grad, *given):
        arrays_, extras_ = given[: len(arrays)], given[len(arrays) :]
        value = box.fprop(*arrays_, *extras_)
        sent = gradients(box, grad, value, arrays_, extras_)
        return [value, *(part for part in sent if part is not None)]

    return evaluate(compute, grad, *arrays, *extras, dtype=dtype)


def close(found, expected, tolerance=1e-12):
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * max(1e-300, np.abs(expected).max()))


# --- the catalogue ---


def test_the_catalogue_holds_exactly_the_boxes_of_the_package():
    found = set()
    for module in pkgutil.walk_packages(bp.__path__, "bprop.", onerror=lambda name: None):
        if module.name.endswith("__main__"):
            continue
        try:
            members = vars(import_module(module.name)).values()
        except ImportError:  # an engine or a room whose extra is not installed
            continue
        found |= {m for m in members if isinstance(m, type) and issubclass(m, Box) and m.__module__ == module.name}
    computing = {cls for cls in found if not inspect.isabstract(cls) and not issubclass(cls, Leaf) and cls.in_catalogue}
    assert computing == set(CATALOGUE)


@every_box
def test_a_box_is_documented_shown_by_an_example_and_public(cls):
    assert cls.__dict__.get("__doc__")
    assert examples(cls)
    assert getattr(bp, cls.__name__) is cls
    lower = [name for name in (snake(cls.__name__), cls.__name__.lower()) if name in boxes.__all__]
    assert lower, f"no lower-case function for {cls.__name__}"
    assert getattr(bp, lower[0]).__doc__


# --- gradients ---


@every_example
def test_there_is_a_gradient_for_every_child_of_floats_and_of_its_shape(cls, index):
    box, arrays, extras, grad = case(cls, index)
    sent = gradients(box, grad, box.fprop(*arrays, *extras), arrays, extras)
    assert len(sent) == len(arrays)
    for array, part in zip(arrays, sent, strict=True):
        if array.dtype.kind == "f":
            assert part.shape == array.shape


@every_example
def test_bprop_agrees_with_jax_vjp_of_fprop(cls, index, jax):
    box, arrays, extras, grad = case(cls, index)
    sent = gradients(box, grad, box.fprop(*arrays, *extras), arrays, extras)
    _, _, oracle = on_xla(cls, index)
    assert oracle
    for i, expected in oracle.items():
        close(sent[i], expected)


@every_example
def test_numpy_and_xla_compute_the_same(cls, index, jax):
    box, arrays, extras, grad = case(cls, index)
    value = box.fprop(*arrays, *extras)
    value_xla, grads_xla, _ = on_xla(cls, index)
    assert value_xla.dtype == np.float64
    close(value_xla, value)
    for here, there in zip(gradients(box, grad, value, arrays, extras), grads_xla, strict=True):
        assert (here is None) == (there is None)
        if here is not None:
            close(there, here)


@every_example
def test_numpy_and_native_compute_the_same(cls, index):
    box, arrays, extras, grad = case(cls, index)
    value = box.fprop(*arrays, *extras)
    expected = [value, *(part for part in gradients(box, grad, value, arrays, extras) if part is not None)]
    for dtype, tolerance in (("float64", 1e-12), ("float32", 3e-5)):
        found = on_native(cls, index, dtype)
        assert len(found) == len(expected)
        for here, there in zip(found, expected, strict=True):
            assert here.dtype == np.dtype(dtype)
            close(here, there, tolerance)


@every_example
def test_bprop_is_linear_in_the_gradient(cls, index):
    box, arrays, extras, first = case(cls, index)
    second = np.random.default_rng(3).normal(size=first.shape)
    value = box.fprop(*arrays, *extras)
    sent = [gradients(box, g, value, arrays, extras) for g in (first, second, 2.5 * first - 0.5 * second)]
    for one, two, both in zip(*sent, strict=True):
        if both is not None:
            close(2.5 * one - 0.5 * two, both)


@every_box
def test_bprop_of_a_gradient_of_zeros_is_zeros(cls):
    box, arrays, extras, grad = case(cls, 0)
    for part in gradients(box, np.zeros_like(grad), box.fprop(*arrays, *extras), arrays, extras):
        assert part is None or not np.any(part)


# --- purity ---


@every_example
def test_fprop_and_bprop_leave_their_inputs_as_they_are(cls, index):
    box, arrays, extras, grad = case(cls, index)  # read-only: writing raises
    value = np.array(box.fprop(*arrays, *extras))
    value.setflags(write=False)
    mine = [np.array(a) for a in (*arrays, *extras)]  # writable: writing shows
    grad, kept = np.array(grad), [a.tobytes() for a in (*mine, grad)]
    box.fprop(*mine)
    box.bprop(grad, np.array(value), *mine)
    assert [a.tobytes() for a in (*mine, grad)] == kept
    box.bprop(case(cls, index)[3], value, *arrays, *extras)


@every_example
def test_the_same_inputs_give_the_same_bits(cls, index):
    box, arrays, extras, grad = case(cls, index)
    values = [np.asarray(box.fprop(*arrays, *extras)) for _ in range(2)]
    assert values[0].tobytes() == values[1].tobytes()
    sent = [gradients(box, grad, values[0], arrays, extras) for _ in range(2)]
    for one, two in zip(*sent, strict=True):
        assert one is None or np.asarray(one).tobytes() == np.asarray(two).tobytes()


# --- in a graph ---


def wire(cls, index):
    """A graph of the one box, its float children parameters where they need no batch axis; and its data."""
    box, arrays, _, _ = case(cls, index)
    whole = [a.dtype.kind != "f" for a in arrays]
    patterns = (whole, [True, *whole[1:]], [True] * len(arrays))  # which children are inputs
    for pattern in patterns:
        children = [
            bp.Input(f"x{i}", a.shape[1:], dtype=a.dtype) if batched else bp.Parameter(f"p{i}", a.shape)
            for i, (a, batched) in enumerate(zip(arrays, pattern, strict=True))
        ]
        try:
            graph = bp.Graph(outputs={"out": cls(*children, **box.hyper)})
        except errors.BpropError:
            continue
        data = {child.name: a for child, a in zip(children, arrays, strict=True)}
        theta = {name: data.pop(name) for name in graph.parameters}
        return graph, theta, data
    raise AssertionError(f"no graph can be made of example {index} of {cls.__name__}")


@every_example
@pytest.mark.parametrize("dtype", ["float32", "float64", "longdouble"])
def test_a_pass_stays_in_its_precision(cls, index, dtype):
    graph, theta, data = wire(cls, index)
    values = graph.fprop(theta, data, dtype=dtype)
    plan, out = values.plan, values["out"]
    assert out.dtype == np.dtype(dtype)
    slots = [plan.leaves[name] for name in plan.leaves]
    grads = bprop(plan, values.state, {plan.slot_of[graph.outputs["out"]]: np.ones_like(out)}, slots)
    for name, slot in plan.leaves.items():
        if grads[slot] is not None:
            assert grads[slot].dtype == values[name].dtype
            assert grads[slot].shape == values[name].shape
    assert all(new.dtype == np.dtype(dtype) for new in values.updates.values())


@every_example
def test_single_precision_is_near_double(cls, index):
    graph, theta, data = wire(cls, index)
    single, double = (graph.fprop(theta, data, dtype=d)["out"] for d in ("float32", "float64"))
    close(single, double, 1e-5)


@every_example
def test_the_shape_inferred_at_construction_is_the_computed_shape(cls, index):
    graph, theta, data = wire(cls, index)
    out = graph.fprop(theta, data)["out"]
    rows = len(next(iter(data.values()))) if data else None
    expected = [rows if dim == "N" else dim for dim in graph.outputs["out"].dims]
    assert out.shape == tuple(expected)


@every_example
def test_a_description_brings_the_box_back(cls, index):
    graph, theta, data = wire(cls, index)
    back = bp.Graph.from_description(graph.describe())
    assert type(back.outputs["out"]) is cls
    assert back.outputs["out"].hyper == graph.outputs["out"].hyper
    np.testing.assert_array_equal(back.fprop(theta, data)["out"], graph.fprop(theta, data)["out"])
