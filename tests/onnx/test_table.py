"""Models of tables in ONNX: raw rows in, answers out, as `Model.predict` gives them on encoded rows."""

import json

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.embedding import tabular
from bprop.onnx.table import label_array, of_table
from bprop.sources.answer import Answer
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.scaling import units_of

onnx = pytest.importorskip("onnx", reason="exporting needs the package onnx")
ort = pytest.importorskip("onnxruntime", reason="the runtime is the judge here")
COUNT = 80
KIND = [["cat", "dog", "eel"][k % 3] for k in range(COUNT)]


def table(**targets):
    """A frame with a column of each kind, whose names are those of parts of the network."""
    rng = np.random.default_rng(0)
    columns = {
        "x": [None if k % 9 == 2 else f"{v:.3f}" for k, v in enumerate(rng.normal(3, 10, COUNT))],
        "W1": [["red", "blue", "", "NA", "green"][k % 5] for k in range(COUNT)],
        "town": [f"t{k % 23}" for k in range(COUNT)],
        "probabilities": [["yes", "no", "?"][k % 3] for k in range(COUNT)],
        "day": [f"20{20 + k % 5}-0{1 + k % 9}-{10 + k % 19} 1{k % 10}:00" for k in range(COUNT)],
        **targets,
    }
    arrays = {}
    for name, cells in columns.items():
        arrays[name] = np.empty(COUNT, object)
        arrays[name][:] = cells
    return Frame("pets", arrays, lambda row: f"row {row}", target=tuple(targets))


def trained(frame, task=None, only=None, dtype="float32", **settings):
    kinds = {name: "ignored" for name in frame.columns if only and name not in (*only, *frame.target)}
    coding = Preparation.fit(frame, Answer.of(frame, frame.target, task), kinds)
    sizes = [len(coding.scaled), 6, coding.outputs]
    graph = tabular(sizes, coding.embeddings, task=coding.task, **settings)
    theta = graph.init(3, dtype)
    rng = np.random.default_rng(1)
    theta = {name: array + rng.normal(0, 0.2, array.shape).astype(dtype) for name, array in theta.items()}
    return bp.Model(graph, theta, notes=json.loads(json.dumps(coding.to_notes()))), coding


def raw(frame, columns):
    """The cells of a frame as the runtime takes them."""
    fed = {}
    for name in columns:
        cells = frame.columns[name].cells
        if name == "x":
            fed[name] = np.array([np.nan if c is None else float(c) for c in cells], "float32")
        elif name == "day":
            fed[name] = np.array([c or "NaT" for c in cells], "datetime64[s]").astype(np.int64)
        else:
            fed[name] = np.array([c or "" for c in cells], object)
    return fed


def answers(made, frame):
    onnx.checker.check_model(made, full_check=True)
    session = ort.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    fed = raw(frame, [one.name for one in session.get_inputs()])
    for one in session.get_inputs():
        fed[one.name] = fed[one.name].astype("float64") if one.type == "tensor(double)" else fed[one.name]
    return dict(zip(names, session.run(None, fed), strict=True))


def new_rows():
    """Rows with cells that training had not: unseen categories, all missing, far numbers, old dates."""
    frame = table(kind=KIND)
    columns = {name: column.cells[:12].copy() for name, column in frame.columns.items()}
    columns["x"][:6] = [None, "1e30", "-1e-30", "0", "nan", "-0"]
    columns["W1"][:4] = ["violet", "NULL", "Red", ""]
    columns["town"][:3] = ["", "t99", "T1"]
    columns["probabilities"][:3] = ["", "TRUE", "f"]
    columns["day"][:4] = [None, "1969-12-31", "2000-02-29", "2100-12-31 23:59:59"]
    return Frame("new", columns, frame.place, target=frame.target)


def close(found, expected):
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("rows", [table(kind=KIND), new_rows()], ids=["the same rows", "new rows"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_classes(rows, dtype):
    model, coding = trained(table(kind=KIND), dtype=dtype)
    assert {kind.kind for kind in coding.kinds} == {"numeric", "categorical", "boolean", "date"}
    assert list(coding.embeddings) == ["town"]
    found = answers(bp.to_onnx(model), rows)
    expected = model.predict(coding.inputs(rows))
    assert list(found) == ["kind", "probabilities_"]  # a column is called probabilities
    close(found["probabilities_"], expected)
    assert found["kind"].tolist() == [coding.classes[k] for k in expected.argmax(axis=1)]


@pytest.mark.parametrize(
    ("labels", "dtype"), [(["4", "7"], np.int64), (["0.5", "1.5"], np.float64), (["a", "b"], object)]
)
def test_classes_that_are_numbers_are_numbers(labels, dtype):
    frame = table(kind=[labels[k % 2] for k in range(COUNT)])
    model, coding = trained(frame, "classification", ["x"], loss="hinge")
    found = answers(bp.to_onnx(model), frame)
    assert list(found) == ["kind", "scores"]
    assert found["kind"].dtype == dtype
    expected = model.predict(coding.inputs(frame))
    assert found["kind"].tolist() == [coding.classes[k] for k in expected.argmax(axis=1)]
    close(found["scores"], expected)


def test_a_number():
    frame = table(price=[f"{k * 1.5 + 100}" for k in range(COUNT)])
    model, coding = trained(frame, target_scaling=(160.0, 35.0))
    found = answers(bp.to_onnx(model), frame)
    assert list(found) == ["price"]
    close(found["price"], model.predict(coding.inputs(frame)).reshape(-1))


def test_several_numbers_are_in_their_own_units():
    frame = table(f=[f"{k * 1.5 + 100}" for k in range(COUNT)], h1=[f"{-k % 7}e-3" for k in range(COUNT)])
    model, coding = trained(frame)
    units = units_of(coding.arrays(frame), coding)
    model.notes.update(json.loads(json.dumps(units.to_notes())))
    found = answers(bp.to_onnx(model), frame)
    assert list(found) == ["f", "h1"]
    expected = model.predict(coding.inputs(frame))
    assert 50 < expected[:, 0].mean() < 300
    close(found["f"], expected[:, 0])
    close(found["h1"], expected[:, 1])


def test_several_switches():
    frame = table(a=[str(k % 2) for k in range(COUNT)], b=[str(k // 2 % 2) for k in range(COUNT)])
    model, coding = trained(frame, only=["town"])
    assert coding.task == "multilabel"
    assert list(model.graph.predictor.inputs) == ["c_town"]
    found = answers(bp.to_onnx(model), frame)
    close(found["probabilities"], model.predict(coding.inputs(frame)))


def test_what_the_file_says_of_itself():
    model, _ = trained(table(kind=KIND))
    made = bp.to_onnx(model)
    assert {o.domain: o.version for o in made.opset_import} == {"": 20, "ai.onnx.ml": 2}
    assert made.ir_version == 9
    assert "Strip the blanks around cells of town: others are refused." in made.doc_string
    assert [value.name for value in made.graph.input] == ["x", "W1", "town", "probabilities", "day"]
    model, _ = trained(table(kind=KIND), only=["x"])
    made = bp.to_onnx(model)
    assert [(o.domain, o.version) for o in made.opset_import] == [("", 13)]
    assert made.ir_version == 7
    assert "Strip" not in made.doc_string


def test_without_encoders_the_network_alone_is_exported():
    model, coding = trained(table(kind=KIND))
    made = bp.to_onnx(model, encoders=False)
    assert [value.name for value in made.graph.input] == ["x", "c_town"]
    session = ort.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    arrays = coding.inputs(table(kind=KIND))
    close(session.run(["f"], {**arrays, "x": arrays["x"].astype("float32")})[0], model.predict(arrays))


def test_notes_that_do_not_fit_the_network_are_refused():
    model, coding = trained(table(kind=KIND))
    for damage in ({"classes": ["a", "b"]}, {"table": {**model.notes["table"], "kinds": []}}, {"table": 1}):
        other = bp.Model(model.graph, model.params, notes={**model.notes, **damage})
        with pytest.raises(errors.DataError, match="notes"):
            of_table(onnx, other).graph()
    assert of_table(onnx, model).answer == coding.answer


def test_labels_as_arrays():
    assert label_array((1, 2)).dtype == np.int64
    assert label_array((-200, 5)).dtype == np.int64
    assert label_array((1, 2.5)).dtype == np.float64
    assert label_array(("a", "b")).tolist() == ["a", "b"]
    assert label_array((2**53, 2**53 + 1)).tolist() == [2**53, 2**53 + 1]
    assert label_array((-1, 2**63 + 1)).tolist() == ["-1", "9223372036854775809"]
    assert label_array((-(2**63) - 1, 0)).tolist() == ["-9223372036854775809", "0"]
    assert label_array((-(2**63), 2**63 - 1)).tolist() == [-(2**63), 2**63 - 1]
    assert label_array((0.5, 2**53 + 1)).tolist() == ["0.5", "9007199254740993"]


def test_models_of_before_format_2_keep_the_units_of_several_numbers():
    frame = table(a=[f"{k * 1.5 + 100}" for k in range(COUNT)], b=[f"{-k % 7}e-3" for k in range(COUNT)])
    model, coding = trained(frame)
    model.notes["table"] |= {"mean": [160.0, 0.003], "deviation": [35.0, 0.002]}
    found = answers(bp.to_onnx(model), frame)
    expected = model.predict(coding.inputs(frame)) * [35.0, 0.002] + [160.0, 0.003]
    close(found["a"], expected[:, 0])
    close(found["b"], expected[:, 1])


def test_means_over_units_are_written_as_the_operators_for_text_need_them():
    model, coding = trained(table(kind=KIND), normalise="layer")
    found = answers(bp.to_onnx(model), table(kind=KIND))
    close(found["probabilities_"], model.predict(coding.inputs(table(kind=KIND))))


def test_a_column_of_milliseconds_keeps_its_digits():
    ms = [f"{17e11 + 750 * k + k % 3:.0f}" for k in range(COUNT)]
    frame = table(kind=[["p", "q"][k > 40] for k in range(COUNT)])
    frame.columns["x"].cells[:] = ms
    model, coding = trained(frame, only=["x", "probabilities"])
    model.notes.update(units_of(coding.arrays(frame), coding).to_notes())
    made = bp.to_onnx(model)
    session = ort.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    assert {one.name: one.type for one in session.get_inputs()} == {
        "x": "tensor(double)", "probabilities": "tensor(string)"
    }  # fmt: skip
    fed = raw(frame, ["probabilities"]) | {"x": np.array(ms, np.float64)}
    close(session.run(None, fed)[1], model.predict(coding.inputs(frame)))
    assert np.ptp(session.run(None, fed)[1][:, 0]) > 0.05


@pytest.mark.parametrize("columns", [1, 2])
def test_quantiles_are_in_the_units_of_their_columns(columns):
    names = ("price", "cost")[:columns]
    numbers = np.arange(COUNT)
    frame = table(**{name: [f"{v}" for v in (numbers * 1.5 + 100) / 10**k] for k, name in enumerate(names)})
    model, coding = trained(frame, "regression", ["x"], loss="quantile")
    model.notes.update(json.loads(json.dumps(units_of(coding.arrays(frame), coding).to_notes())))
    found = answers(bp.to_onnx(model), frame)
    named = f"quantiles({', '.join(names)})"
    assert list(found) == [*names, named]
    expected = model.predict(coding.inputs(frame))
    assert expected["quantiles"].shape == ((COUNT, 3) if columns == 1 else (COUNT, 2, 3))
    close(found[named], expected["quantiles"])
    assert found["price"].mean() > 50
    for k, name in enumerate(names):
        close(found[name], expected["f"].reshape(COUNT, columns)[:, k])


@pytest.mark.parametrize(
    ("targets", "task", "named"),
    [
        ({"kind": KIND}, None, {"spread": (COUNT, 3)}),
        ({"a": [str(k % 2) for k in range(COUNT)], "b": [str(k // 2 % 2) for k in range(COUNT)]}, None,
         {"spread": (COUNT, 2)}),
        ({"price": [f"{k * 1.5 + 100}" for k in range(COUNT)]}, None, {"spread(price)": (COUNT,)}),
        ({"p": [f"{k * 1.5}" for k in range(COUNT)], "q": [f"{k % 7 + 0.5}" for k in range(COUNT)]}, None,
         {"spread(p)": (COUNT,), "spread(q)": (COUNT,)}),
    ],
)  # fmt: skip
def test_the_deviations_of_members_are_named_after_their_columns(targets, task, named):
    frame = table(**targets)
    model, coding = trained(frame, task, ["x"])
    other = bp.Model(model.graph, {name: 1.5 * array for name, array in model.params.items()}, notes=model.notes)
    both = bp.ensemble([model, other])
    found = answers(bp.to_onnx(both), frame)
    expected = both.predict(coding.inputs(frame))["spread"].reshape(COUNT, -1)
    spreads = {name: array for name, array in found.items() if name.startswith("spread")}
    assert {name: array.shape for name, array in spreads.items()} == named
    close(np.column_stack(list(spreads.values())), expected)
    assert expected.max() > 0


def test_quantiles_that_do_not_fit_the_notes_are_refused():
    frame = table(price=[f"{k * 1.5 + 100}" for k in range(COUNT)])
    model, _ = trained(frame, "regression", ["x"], loss="quantile")
    two, _ = trained(table(price=frame.columns["price"].cells.tolist(), cost=["1", "2.5"] * 40), None, ["x"])
    export = of_table(onnx, bp.Model(model.graph, model.params, notes=two.notes))
    with pytest.raises(errors.DataError) as caught:
        export.give("quantiles", model.graph.outputs["quantiles"], "t")
    assert str(caught.value) == ("this model is damaged: the answers in its notes do not fit its output 'quantiles'")
    with pytest.raises(errors.DataError) as caught:
        export.give("f", model.graph.outputs["f"], "t")
    assert str(caught.value) == "this model is damaged: the answers in its notes do not fit its output 'f'"
