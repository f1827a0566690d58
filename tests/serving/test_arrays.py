"""Models of several inputs and outputs: arrays by name."""

import io
import json

import numpy as np
import pytest

import bprop as bp

from .conftest import ARROW, CSV

pl = pytest.importorskip("polars")
A, B = np.random.default_rng(0).normal(size=(3, 2, 2)), [0.5, 1.0, -2.0]


@pytest.fixture
def refused_(refused):
    return lambda status, body, *says, **more: refused(status, body, *says, model="inputs", **more)


def test_the_answers_are_those_of_the_model(ask, folder):
    expected = bp.load(folder / "inputs.bprop").predict(a=A, b=B)
    rows = [{"a": a, "b": b} for a, b in zip(A.tolist(), B, strict=True)]
    for body in ({"a": A.tolist(), "b": B}, rows):
        read = ask("POST", "/models/inputs/predict", body).json()["predictions"]
        for name in ("f", "g"):
            assert np.array_equal([one[name] for one in read], expected[name])
    (one,) = ask("POST", "/models/inputs/predict", rows[1]).json()["predictions"]
    assert np.array_equal(one["f"], bp.load(folder / "inputs.bprop").predict(a=A[1:2], b=B[1:2])["f"][0])


def test_they_are_read_and_written_as_arrow_and_written_as_csv(ask, folder):
    expected = bp.load(folder / "inputs.bprop").predict(a=A, b=B)
    file = io.BytesIO()
    pl.DataFrame([pl.Series("a", A), pl.Series("b", B)]).write_ipc_stream(file)
    answer = ask("POST", "/models/inputs/predict", file.getvalue(), ARROW)
    read = pl.read_ipc_stream(io.BytesIO(answer.content))
    assert np.array_equal(read["f"].to_numpy(), expected["f"]) and np.array_equal(read["g"].to_numpy(), expected["g"])
    text = ask("POST", "/models/inputs/predict", file.getvalue(), ARROW, Accept=CSV).content.decode()
    table = pl.read_csv(text.encode())
    assert table.columns == ["f[0]", "f[1]", "f[2]", "g"]
    assert np.array_equal(table["f[2]"].to_numpy(), expected["f"][:, 2])


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ([{"a": [[1, 2], [3, 4]]}], "row 1: missing or unknown inputs: b"),
        ({"a": [[[1, 2], [3, 4]]], "b": [1], "c": [1]}, "inputs: c"),
        ({"a": [[[1, 2], [3, 4]]], "b": [1, 2]}, "different numbers of rows: a 1, b 2"),
        ({"a": [[[1, 2], [3, 4]], [[1, 2]]], "b": [1, 2]}, "row 2, input 'a': it must be numbers (2, 2)"),
        ({"a": [[[1, 2], [3, "4"]]], "b": [1]}, "row 1, input 'a'"),
        ({"a": [[[1, 2], [3]]], "b": [1]}, "row 1, input 'a'"),
        ({"a": [[[1, 2], [3, 4]]], "b": [None]}, "row 1, input 'b': it must be a number"),
        ({"a": [[[1, 2], [3, 4]]], "b": [True]}, "true and false are no numbers"),
        ({"a": [[[1, 2], [True, 4]]], "b": [1]}, "true and false are no numbers"),
        ({"a": [[[1, 2], [3, 4]]], "b": [1e308]}, "row 1: g is too large for the network's numbers"),
        ([], "no rows"), (3, "no rows"), ([3], "row 1: it is no object"), ({"a": [], "b": []}, ""),
    ],
)  # fmt: skip
def test_other_arrays_are_refused(refused_, body, says):
    refused_(422, body, says)


def test_numbers_that_are_not_finite_and_other_formats_are_refused(refused_):
    body = json.dumps({"a": [[[1, 2], [3, 4]]], "b": [1]}).replace("[1]", "[1e999]")
    refused_(422, body, "b")
    refused_(415, "a,b\n1,2\n", "send application/json or", kind=CSV)
    refused_(400, {}, "has no intervals", query="?interval=0.9")
    refused_(400, b"\xff\xff\xff\xff", "Arrow", kind=ARROW)
