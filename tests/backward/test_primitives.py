"""The boxes that only backward graphs use: slopes, JAX, engines, descriptions."""

import json

import numpy as np
import pytest

import bprop as bp
from bprop.backward import primitives
from bprop.backward.primitives import Noise, Place, Primitive, sizes
from bprop.errors import BoxError, ShapeError
from bprop.registry import registry

ALL = sorted(
    (cls for cls in registry().values() if issubclass(cls, Primitive) and cls not in (Primitive, primitives.Sized)),
    key=lambda cls: cls.__name__,
)
CASES = [
    pytest.param(cls, index, id=f"{cls.__name__}-{index}")
    for cls in ALL
    for index in range(len(list(cls.examples(np.random.default_rng(1)))))
]


def case(cls, index):
    """(box without children, arrays, extras)."""
    arrays = list(list(cls.examples(np.random.default_rng(1)))[index])
    hyper = arrays.pop() if isinstance(arrays[-1], dict) else {}
    arrays = [np.asarray(a) for a in arrays]
    box = object.__new__(cls)
    box.__dict__.update({**cls.hyper_defaults, **hyper})
    rng = np.random.default_rng(4)
    made = {
        "noise": lambda: box.noise(lambda shape: rng.uniform(size=shape), *arrays),
        "weights": lambda: np.linspace(0.5, 2, len(arrays[0])),
    }
    return box, arrays, [made[need]() for need in cls.needs]


def sent(box, grad, value, arrays, extras):
    parts = box.bprop(grad, value, *arrays, *extras)
    return parts if isinstance(parts, tuple) else (parts,)


@pytest.mark.parametrize(("cls", "index"), CASES)
def test_bprop_agrees_with_jax_and_the_native_engine(cls, index, jax):
    box, arrays, extras = case(cls, index)
    value = box.fprop(*arrays, *extras)
    grad = np.random.default_rng(2).normal(size=value.shape)
    ours = sent(box, grad, value, arrays, extras)
    assert len(ours) == len(arrays)
    floats = [i for i, a in enumerate(arrays) if a.dtype.kind == "f" and ours[i] is not None]
    with jax.enable_x64(True):

        def fprop(*chosen):
            children = list(arrays)
            for i, a in zip(floats, chosen, strict=True):
                children[i] = a
            return box.fprop(*children, *extras)

        found, vjp = jax.vjp(fprop, *(arrays[i] for i in floats))
        np.testing.assert_allclose(found, value, rtol=1e-14)
        if value.dtype.kind == "f":
            for i, part in zip(floats, vjp(grad), strict=True):
                np.testing.assert_allclose(ours[i], part, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(("cls", "index"), CASES)
def test_values_and_gradients_are_the_same_on_the_native_engine(cls, index):
    pytest.importorskip("llvmlite")
    from bprop.engines.native.run.evaluate import evaluate

    box, arrays, extras = case(cls, index)
    value = box.fprop(*arrays, *extras)
    grad = np.random.default_rng(2).normal(size=value.shape)

    def compute(grad, *all_):
        children, more = all_[: len(arrays)], all_[len(arrays) :]
        value = box.fprop(*children, *more)
        return [value, *(p for p in sent(box, grad, value, children, more) if p is not None)]

    expected = [value, *(p for p in sent(box, grad, value, arrays, extras) if p is not None)]
    for found, one in zip(evaluate(compute, grad, *arrays, *extras), expected, strict=True):
        np.testing.assert_allclose(found, one, rtol=1e-13, atol=1e-15)


def test_the_catalogue_does_not_list_them():
    assert {cls.__name__ for cls in ALL} >= {"BroadcastTo", "ExampleShare", "Compare"}
    assert not {*ALL} & {*bp.catalogue()}


def test_a_size_in_n_follows_the_rows():
    rows = (np.zeros((7, 2)),)
    assert sizes(("N", 3, "2N+1", "N-2"), rows) == (7, 3, 15, 5)
    with pytest.raises(ValueError, match="'M' is no size in N"):
        sizes(("M",), rows)


def test_shapes_are_those_of_any_number_of_examples():
    x, w = bp.Input("x", (2,)), bp.Parameter("w", (3,))
    assert primitives.BroadcastTo(w, x, shape=("N", 3)).dims == ("N", 3)
    assert Place(x, x, shape=("N", 5), index=(slice(None), slice(1, 3))).dims == ("N", 5)
    assert primitives.ExampleShare(x).dims == ("N",)
    assert Noise(x, shape=("N", 2, 4), stream_of="drop").dims == ("N", 2, 4)
    with pytest.raises((BoxError, ShapeError), match="'M' is no size"):
        primitives.BroadcastTo(w, x, shape=("M", 3))
    with pytest.raises((BoxError, ShapeError), match="is not one of >"):
        primitives.Compare(x, 0, relation="~")


def test_the_shares_of_examples_sum_to_1_and_are_0_where_all_weights_are():
    x = bp.Input("x")
    graph = bp.Graph(outputs={"s": primitives.ExampleShare(x), "w": primitives.ExampleWeights(x)})
    values = graph.fprop({}, x=np.zeros(4), weights=[1, 2, 0, 1])
    assert values["s"].tolist() == [0.25, 0.5, 0, 0.25] and values["w"].tolist() == [1, 2, 0, 1]
    assert primitives.ExampleShare.fprop(bp.Input, None, np.zeros(3)).tolist() == [0, 0, 0]


def test_noise_is_that_of_the_box_with_the_name():
    x = bp.Input("x", (3,))
    graph = bp.Graph(outputs={"u": Noise(x, shape=("N", 3), stream_of="drop")})
    dropped = bp.Graph(outputs={"d": bp.dropout(x, 0.5, name="drop")})
    ones = np.ones((5, 3))
    for seed in (0, 1):
        noise, values = graph.fprop({}, x=ones, seed=seed)["u"], dropped.fprop({}, x=ones, seed=seed)["d"]
        assert np.array_equal(values, 2.0 * (noise >= 0.5)) and noise.min() >= 0 and noise.max() < 1


def test_they_are_described_as_plain_data_and_limited_in_size():
    x = bp.Input("x", (2,))
    graph = bp.Graph(outputs={"a": Place(x, x, shape=("N", 5), index=(slice(None), slice(1, 3)))})
    again = bp.Graph.from_description(json.loads(json.dumps(graph.describe())))
    assert again.predict({}, x=[[1.0, 2.0]]).tolist() == [[0, 1, 2, 0, 0]]
    assert Place.size_limit({"shape": {"tuple": ["N", 5]}}, [(3, 2)]) == 15
