"""`bprop export`: a saved model as a file for other programs."""

import numpy as np
import pytest


def test_a_model_is_exported(run, model, folder):
    pytest.importorskip("onnx", reason="exporting needs the package onnx")
    ort = pytest.importorskip("onnxruntime", reason="the runtime is the judge here")
    said, advice = run("export pets.bprop --onnx pets.onnx").stdout.splitlines()
    assert said == "wrote pets.onnx: size, weight, age -> kind, probabilities, opset 13"
    assert advice.startswith("Give each column as it stands in the table: numbers, NaN where missing")
    session = ort.InferenceSession(str(folder / "pets.onnx"), providers=["CPUExecutionProvider"])
    X = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    kinds, found = session.run(None, dict(zip(["size", "weight", "age"], X.T, strict=True)))
    expected = model.predict(x=X)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert kinds.tolist() == [model.notes["classes"][k] for k in expected.argmax(axis=1)]


def test_the_network_alone(run, model, folder):
    pytest.importorskip("onnx", reason="exporting needs the package onnx")
    ort = pytest.importorskip("onnxruntime", reason="the runtime is the judge here")
    assert run("export pets.bprop --onnx pets.onnx --no-encoders").stdout == "wrote pets.onnx: x -> f, opset 13\n"
    session = ort.InferenceSession(str(folder / "pets.onnx"), providers=["CPUExecutionProvider"])
    X = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    np.testing.assert_allclose(session.run(["f"], {"x": X})[0], model.predict(x=X), rtol=1e-5, atol=1e-6)


def test_the_file_may_stand_after_the_model(run, refused, model, folder):
    pytest.importorskip("onnx", reason="exporting needs the package onnx")
    assert run("export pets.bprop pets.onnx --no-encoders").stdout == "wrote pets.onnx: x -> f, opset 13\n"
    before = (folder / "pets.bprop").read_bytes()
    refused("export pets.bprop", "which file is to be written?", "bprop export pets.bprop pets.onnx")
    refused("export pets.bprop pets.bprop", "must end with .onnx")
    refused("export pets.bprop a.onnx --onnx b.onnx", "two files to write")
    assert (folder / "pets.bprop").read_bytes() == before
    assert not (folder / "a.onnx").exists()


def test_what_is_no_model_and_a_place_that_is_not_there_are_refused(refused, model):
    pytest.importorskip("onnx", reason="exporting needs the package onnx")
    refused("export pets.csv --onnx pets.onnx", "pets.csv", "not a model file")
    refused("export pets.bprop --onnx absent/pets.onnx", "absent", "cannot write")
