"""Models that were made in Python, on the command line: they take any rows whose shapes fit, and no others."""

import json

import numpy as np
import pytest

import bprop as bp

pytestmark = [
    pytest.mark.usefixtures("typer"),
    pytest.mark.filterwarnings("ignore:Stochastic Optimizer"),
]

RNG = np.random.default_rng(5)
X = RNG.normal(size=(30, 4)).round(3)
Y = np.arange(30) % 3
SHORT = {"max_iter": 3, "engine": "numpy", "random_state": 0}


def trained(graph, x=X, y=Y):
    """The fit of a graph with an input and a target."""
    return bp.train(graph, dict(zip(graph.inputs, (x, y), strict=True)), epochs=2, engine="numpy", progress=False)


@pytest.fixture
def net(folder):
    """net.bprop, a plain classifier of 4 numbers, and its data as five files."""
    model = trained(bp.mlp([4, 5, 3], activation="tanh"))
    bp.save("net.bprop", model)
    lines = [",".join([*map(str, x), str(y)]) for x, y in zip(X, Y, strict=True)]
    (folder / "bare.csv").write_text("\n".join(lines) + "\n")
    (folder / "named.csv").write_text("\n".join(["a,b,c,d,class", *lines]) + "\n")
    first = [",".join([str(y), *map(str, x)]) for x, y in zip(X, Y, strict=True)]
    (folder / "first.csv").write_text("\n".join(["label,a,b,c,d", *first]) + "\n")
    (folder / "inputs.csv").write_text("\n".join(["a,b,c,d", *(line.rpartition(",")[0] for line in lines)]) + "\n")
    np.savez("arrays.npz", x=X, y=Y)
    return model


def predicted(result):
    """The class of each row, and the probabilities."""
    cells = [line.split(",") for line in result.stdout.strip().splitlines()[1:]]
    return [row[0] for row in cells], np.array([row[1:] for row in cells], float)


@pytest.mark.parametrize("data", ["bare.csv", "named.csv", "first.csv", "arrays.npz"])
def test_rows_of_any_file_are_evaluated_and_predicted(run, net, data):
    scores = json.loads(run(f"evaluate net.bprop {data} --json --bootstrap 0").stdout)
    assert scores["loss"] == pytest.approx(net.evaluate(x=X, y=Y)["loss"], rel=1e-5)
    assert scores["examples"] == 30
    classes, p = predicted(run(f"predict net.bprop {data}"))
    assert np.allclose(p, net.predict(x=X), atol=1e-6)
    assert classes == [str(k) for k in net.predict(x=X).argmax(axis=1)]


def test_rows_without_a_target_are_predicted_and_not_evaluated(run, refused, net):
    result = run("predict net.bprop inputs.csv")
    assert np.allclose(predicted(result)[1], net.predict(x=X), atol=1e-6)
    assert "x is a .. d, in their order" in result.stderr
    refused("evaluate net.bprop inputs.csv", "it has no targets", "add a column with the name 'y'")


def test_the_columns_that_are_taken_are_said(run, net):
    assert "x is x1 .. x4, in their order; the target is x5" in run("evaluate net.bprop bare.csv").stderr
    assert "x is a .. d, in their order; the target is label" in run("evaluate net.bprop first.csv").stderr


@pytest.mark.parametrize("command", ["check net.bprop arrays.npz --rows 5", "step net.bprop bare.csv",
                                     "graph net.bprop named.csv", "graph net.bprop"])  # fmt: skip
def test_its_graph_is_checked_stepped_through_and_drawn(run, net, command):
    shown = run(command).stdout
    assert "W2" in shown and "reshape" not in shown


def test_other_shapes_are_refused_with_both(refused, net, folder):
    np.savez("wide.npz", x=np.ones((6, 7)), y=np.zeros(6, int))
    refused("evaluate net.bprop wide.npz", "(6, 7)", "(N, 4)")
    (folder / "wide.csv").write_text("a,b,c,d,e,f,label\n" + "1,2,3,4,5,6,0\n2,3,1,5,6,7,1\n" * 3)
    refused("evaluate net.bprop wide.csv", "(6, 6)", "beside the target 'label'", "(N, 4)", "(5 columns)")
    refused("check net.bprop wide.csv", "(N, 4)")
    (folder / "few.csv").write_text("1,2\n3,4\n5,6\n")
    refused("predict net.bprop few.csv", "(3, 2)", "(N, 4)")
    (folder / "words.csv").write_text("a,b,c,d\n1,2,cat,3\n2,3,dog,4\n")
    refused("predict net.bprop words.csv", "line 2, column 'c'", "is not a finite number")
    (folder / "gaps.csv").write_text("a,b,c,d\n1,2,,3\n2,3,4,4\n")
    refused("predict net.bprop gaps.csv", "column 'c'", "missing")


def test_a_class_that_the_model_does_not_have_is_refused(refused, net):
    np.savez("others.npz", x=X, y=Y + 1)
    refused("evaluate net.bprop others.npz", "the class 3 is not one of the model's classes (0, 1, 2)")


def test_the_readmes_sequence(run, folder):
    digits = pytest.importorskip("sklearn.datasets").load_digits()
    model = trained(bp.mlp([64, 10], activation="tanh"), digits.data[:300] / 16, digits.target[:300])
    bp.save("digits.bprop", model)
    result = run("evaluate digits.bprop digits --bootstrap 0 --json")
    measured = json.loads(result.stdout)
    assert measured["loss"] == pytest.approx(model.evaluate(x=digits.data, y=digits.target)["loss"], rel=1e-5)
    assert "warning: digits: the numbers have mean 4.884" in result.stderr and "input_scaling" in result.stderr
    for command in ("step digits.bprop digits", "check digits.bprop digits --rows 2", "predict digits.bprop digits",
                    "graph digits.bprop digits --svg net.svg"):  # fmt: skip
        assert run(command).stdout


def test_data_on_the_scale_of_training_brings_no_warning(run, net):
    assert "warning" not in run("evaluate net.bprop named.csv").stderr
    assert "warning" not in run("predict net.bprop arrays.npz").stderr


def test_built_in_classes_with_names_are_the_numbers_of_the_loader(run, folder):
    cancer = pytest.importorskip("sklearn.datasets").load_breast_cancer()
    scaling = cancer.data.mean(axis=0), cancer.data.std(axis=0)
    model = trained(bp.mlp([30, 2], input_scaling=scaling), cancer.data[:100], cancer.target[:100])
    bp.save("cancer.bprop", model)
    measured = json.loads(run("evaluate cancer.bprop breast_cancer --bootstrap 0 --json").stdout)
    assert measured["loss"] == pytest.approx(model.evaluate(x=cancer.data, y=cancer.target)["loss"], rel=1e-5)


def test_images_and_other_names_are_taken(run, folder):
    pixels, kind = bp.Input("pixels", (4, 4)), bp.Input("kind", (), dtype="int")
    h = bp.reshape(pixels, (-1, 16)) / 255
    p = bp.softmax(bp.linear(h, bp.Parameter("W", (16, 3)), bp.Parameter("b", (3,))))
    graph = bp.Graph(loss=bp.nll(p, kind), outputs={"p": p})
    with np.load("dots.npz") as file:
        x, y = file["x"], file["y"]
    model = trained(graph, x, y)
    bp.save("dots.bprop", model)
    for data in ("dots.npz", "dots-images-idx3-ubyte"):
        if data.endswith(".npz"):
            np.savez("dots.npz", x=x, kind=y)
        measured = json.loads(run(f"evaluate dots.bprop {data} --bootstrap 0 --json").stdout)
        assert measured["loss"] == pytest.approx(model.evaluate(pixels=x, kind=y)["loss"], rel=1e-5)
        assert np.allclose(predicted(run(f"predict dots.bprop {data}"))[1], model.predict(pixels=x), atol=1e-6)
    assert "reshape(pixels" in run("step dots.bprop dots.npz").stdout
    assert "ok" in run("check dots.bprop dots.npz --rows 3").stdout


def test_one_probability_is_that_of_the_second_class(run, folder):
    pytest.importorskip("sklearn")
    names = np.where(X[:, 0] > 0, "yes", "no")
    classifier = bp.MLPClassifier((4,), **SHORT).fit(X, names)
    bp.save("two.bprop", classifier)
    lines = [",".join([*map(str, x), y]) for x, y in zip(X, names, strict=True)]
    (folder / "two.csv").write_text("\n".join(["a,b,c,d,y", *lines]) + "\n")
    classes, p = predicted(run("predict two.bprop two.csv"))
    assert np.allclose(p, classifier.predict_proba(X), atol=1e-6)
    assert classes == classifier.predict(X).tolist()
    measured = json.loads(run("evaluate two.bprop two.csv --bootstrap 0 --json").stdout)
    assert measured["accuracy"] == pytest.approx(classifier.score(X, names))
    assert run("predict two.bprop two.csv --threshold 0.9").stdout.count("\nyes,") < 16
    assert "ok" in run("check two.bprop two.csv --rows 3").stdout


def test_several_targets_are_the_last_columns(run, folder):
    pytest.importorskip("sklearn")
    Y2 = np.stack([X[:, 0] > 0, X[:, 1] > 0], axis=1).astype(int)
    numbers = X[:, :2] * 3 + 1
    for name, estimator, y in (
        ("labels", bp.MLPClassifier((4,), **SHORT), Y2),
        ("values", bp.MLPRegressor(hidden_layer_sizes=(4,), **SHORT), numbers),
    ):
        estimator.fit(X, y)
        bp.save(f"{name}.bprop", estimator)
        (folder / f"{name}.csv").write_text(
            "\n".join(",".join(map(str, [*x, *t])) for x, t in zip(X, y, strict=True)) + "\n"
        )
        shown = run(f"predict {name}.bprop {name}.csv").stdout.strip().splitlines()
        f = np.array([row.split(",") for row in shown[1:]], float)
        expected = estimator.predict_proba(X) if name == "labels" else estimator.predict(X)
        assert np.allclose(f, expected, atol=1e-6)
        assert shown[0] == ("p(y1),p(y2)" if name == "labels" else "y1,y2")
        assert json.loads(run(f"evaluate {name}.bprop {name}.csv --json --bootstrap 0").stdout)["examples"] == 30


def test_names_of_a_data_frame_pick_its_columns(run, folder):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("sklearn")
    frame = pandas.DataFrame(X, columns=["north", "east", "south", "west"])
    regressor = bp.MLPRegressor(hidden_layer_sizes=(4,), **SHORT).fit(frame, X[:, 0])
    bp.save("winds.bprop", regressor)
    frame[["west", "south", "east", "north"]].assign(id=range(30), y=X[:, 0]).to_csv("winds.csv", index=False)
    values = np.array(run("predict winds.bprop winds.csv").stdout.split()[1:], float)
    assert np.allclose(values, regressor.predict(frame), atol=1e-6)
    assert "R2" in run("evaluate winds.bprop winds.csv").stdout


def test_models_that_rows_cannot_feed_are_refused_with_their_shapes(refused, folder):
    a, b, y = bp.Input("a", (2,)), bp.Input("b", ()), bp.Input("y", ())
    f = a @ bp.Parameter("w", (2,)) + b
    graph = bp.Graph(loss=bp.squared_error(f, y), outputs={"f": f})
    bp.save("two.bprop", bp.Model(graph, graph.init(seed=0)))
    refused("predict two.bprop pets.csv", "a (N, 2), b (N)", "one array x (N, D)")
    both = bp.Graph(loss=bp.squared_error(f, y), outputs={"g": f, "h": 2 * f})
    bp.save("outputs.bprop", bp.Model(both, both.init(seed=0)))
    refused("predict outputs.bprop pets.csv", "this model gives 'g', 'h'")


def test_a_graph_without_a_loss_predicts_and_is_not_evaluated(run, refused, net):
    bare = bp.Graph(outputs={"f": net.graph.outputs["f"]})
    bp.save("bare.bprop", bp.Model(bare, net.params))
    assert np.allclose(predicted(run("predict bare.bprop inputs.csv"))[1], net.predict(x=X), atol=1e-6)
    refused("evaluate bare.bprop arrays.npz", "no loss")
    refused("check bare.bprop arrays.npz", "no loss")


def test_resume_says_that_a_model_is_no_run(refused, net):
    refused("resume net.bprop", "is a model", "bp.train(graph, data, params=")


def test_info_says_how_to_go_on(run, net):
    assert "bprop predict net.bprop ROWS.csv" in run("info net.bprop").stdout
    a, b, y = bp.Input("a", (2,)), bp.Input("b", ()), bp.Input("y", ())
    f = a @ bp.Parameter("w", (2,)) + b
    graph = bp.Graph(loss=bp.squared_error(f, y), outputs={"f": f})
    bp.save("two.bprop", bp.Model(graph, graph.init(seed=0)))
    assert "in Python: bprop.load('two.bprop').predict(...)" in run("info two.bprop").stdout
