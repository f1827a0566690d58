"""Notebooks: in a fresh kernel every public object shows itself, in a few lines of text too; training its progress."""

from pathlib import Path

import pytest

import bprop as bp

nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
nbformat = pytest.importorskip("nbformat")

SHOWN = {"text/html", "image/svg+xml", "image/png", "image/jpeg"}
MOST_LINES, MOST_BYTES = 40, 400_000
START = """
import warnings
warnings.simplefilter("error")
import sys
sys.path.insert(0, SOURCE)
import numpy as np
import bprop as bp
rng = np.random.default_rng(0)
X = rng.normal(size=(300, 4))
Y = (X[:, 0] + 0.5 * rng.normal(size=300) > 0).astype(int)
data = {"x": X, "y": Y}
columns = {"size": X[:, 0], "kind": np.where(X[:, 1] > 0, "a", "b"), "y": np.where(Y > 0, "yes", "no")}
"""
TRAIN = """
fit = bp.train(bp.mlp([4, 16, 2], dropout=0.1), data, rule=bp.Adam(0.01), epochs=400, validation=0.2, engine="numpy")
table = bp.table(columns, "y")
table_fit = table.fit(hidden=4, epochs=5, engine="numpy", progress=False)
values = fit.graph.fprop(fit.params, data)
box = bp.tanh(bp.linear(bp.Input("x", (3,)), bp.Parameter("W", (3, 2)), bp.Parameter("b", (2,))))
deep = bp.mlp([2] * 90)
None
"""
OBJECTS = {
    "Box": "box",
    "Callback": "bp.Callback()",
    "Constant": "bp.Constant([1.0, 2.0], name='c')",
    "Fit": "fit",
    "Gradients": "fit.graph.bprop(values)",
    "Graph": "deep",
    "Head": "bp.Nll.head",
    "History": "fit.history",
    "Input": "bp.Input('x', (3,))",
    "Model": "bp.ensemble([fit, fit])",
    "Parameter": "bp.Parameter('W', (3, 2))",
    "Record": "fit.history[-1]",
    "Rule": "bp.Adam(0.01)",
    "Adam": "bp.Adam(bp.schedules.cosine(0.1, 100))",
    "AdamW": "bp.AdamW()",
    "SGD": "bp.SGD(0.1)",
    "Stepper": "bp.Stepper(fit, data, rule=bp.SGD(0.1)).to('a2', 'bprop')",
    "Table": "table",
    "TableFit": "table_fit",
    "TableModel": "bp.ensemble([table_fit, table_fit])",
    "Values": "values",
}
NEEDS = {
    "GraphClassifier": ("sklearn", "bp.GraphClassifier(bp.mlp([4, 8, 2]))"),
    "GraphRegressor": ("sklearn", "bp.GraphRegressor(bp.mlp([4, 8, 1], task='regression'))"),
    "MLPClassifier": ("sklearn", "bp.MLPClassifier()"),
    "MLPRegressor": ("sklearn", "bp.MLPRegressor()"),
    "TableClassifier": ("sklearn", "bp.TableClassifier()"),
    "TableRegressor": ("sklearn", "bp.TableRegressor()"),
    "Live": ("bprop", "live"),
    "MLflow": ("mlflow", "bp.MLflow(model=None)"),
    "OptunaPruning": ("optuna", "bp.OptunaPruning(None)"),
    "TensorBoard": ("tensorboardX", "bp.TensorBoard('runs')"),
    "Tuned": ("optuna", "tuned"),
}
"""{class: (the package that it needs, the object)}"""
RESULTS = {
    "the scores": "fit.scores(data, bootstrap=20)",
    "the scores of a table": "table_fit.scores()",
    "a gradient check": "bp.check_gradients(deep, deep.init(0), x=X[:3, :2], y=[0, 1, 1])",
    "the check of a box": "bp.check_box(bp.Tanh)",
    "a drawing": "deep.draw()",
    "a range": "bp.between(0.1, 1.0)",
    "a schedule": "bp.schedules.cosine(0.1, 100)",
    "a cross-validation": "table.cross_validate(folds=2, epochs=2, hidden=4, engine='numpy')",
    "a part of a table": "table.split().train",
}
FOR_SOME = {
    "Live": "live = bp.Live(quiet=True)",
    "Tuned": "tuned = bp.tune(table, space={'lr': '0.001..0.1', 'epochs': 2}, trials=3, engine='numpy')",
}


def objects():
    """{name: code} of all objects that can be made here."""
    there = {name: code for name, (package, code) in NEEDS.items() if _installed(package)}
    return {**OBJECTS, **there, **RESULTS}


def _installed(package):
    from importlib.util import find_spec

    return find_spec(package) is not None


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """{name: the cell}, executed in one fresh kernel."""
    folder = tmp_path_factory.mktemp("notebook")
    source = repr(str(Path(bp.__file__).parents[1]))
    code = {"start": START.replace("SOURCE", source), "train": TRAIN}
    code |= {f"for {name}": line for name, line in FOR_SOME.items() if name in objects()}
    code |= objects()
    if _installed("matplotlib"):
        code["a plot"] = "fit.plot()"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in code.values()])
    client = nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}})
    client.execute()
    return dict(zip(code, notebook.cells, strict=True))


def outputs(cell, kind):
    return [output for output in cell.outputs if output.output_type == kind]


def test_every_public_class_is_in_the_notebook():
    public = {
        name for name in bp.__all__
        if isinstance(thing := getattr(bp, name), type) and not (issubclass(thing, bp.Box) and name in bp.boxes.__all__)
    }  # fmt: skip
    missing = public - OBJECTS.keys() - NEEDS.keys()
    assert not missing, f"make an object of {sorted(missing)} in OBJECTS: notebooks must show it"


@pytest.mark.parametrize("name", [*objects(), "a plot"])
def test_each_object_shows_html_or_a_picture_and_a_few_lines_of_text(cells, name):
    if name not in cells:
        pytest.skip("matplotlib is not installed")
    *progress, output = cells[name].outputs
    assert len(progress) <= 1  # several trainings in one cell share an output
    assert SHOWN & output.data.keys(), sorted(output.data)
    text = "".join(output.data.get("text/plain", ""))
    assert len(text.splitlines()) < MOST_LINES, text
    assert max(map(len, text.splitlines())) < 2000
    assert sum(len(str(content)) for content in output.data.values()) < MOST_BYTES
    assert "<script" not in output.data.get("text/html", "").lower() or "sklearn" in output.data["text/html"]


def test_training_shows_one_output_which_ends_with_the_last_epoch(cells):
    (output,) = [one for one in cells["train"].outputs if one.output_type != "stream"]
    text = output.data["text/plain"]
    assert text.startswith("Trained: epoch 400 of 400") and "engine numpy" in text
    assert "training loss" in text and "validation loss" in text and "<svg" in output.data["text/html"]
    assert len(output.data["text/html"]) < 20_000


def test_nothing_is_warned_of_and_little_is_printed(cells):
    streams = {name: "".join(o.text for o in outputs(cell, "stream")) for name, cell in cells.items()}
    printed = {name: text for name, text in streams.items() if text and not text.startswith("bprop: overfitting")}
    assert printed == {}


def test_a_plot_is_a_picture(cells):
    if "a plot" not in cells:
        pytest.skip("matplotlib is not installed")
    assert {"image/png"} <= cells["a plot"].outputs[0].data.keys()


def test_a_stepper_is_a_widget_where_anywidget_is_installed(cells):
    pytest.importorskip("anywidget")
    data = cells["Stepper"].outputs[0].data
    assert "application/vnd.jupyter.widget-view+json" in data and "<math" in data["text/html"]
