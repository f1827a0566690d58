"""`bprop check` and `bprop graph`."""

import pytest

import bprop as bp
from bprop.boxes.activations import Tanh

NETWORK = "--hidden 4 --activation tanh"


def test_a_fresh_network_on_real_rows(run):
    shown = run(f"check pets.csv {NETWORK} --l1 1e-3 --l2 1e-3").stdout
    assert shown.startswith("gradient check, in ")
    assert shown.endswith("all gradients agree\n")
    for name in ("W1", "b1", "W2", "b2", "x"):
        assert f"\n{name} " in shown
    assert "(10, 3)" in shown


@pytest.mark.parametrize(
    "options",
    ["--activation sigmoid", "--normalise batch", "--normalise layer", "--dropout 0.5 --hidden 40", "--loss hinge",
     "--hidden 5,6", "--scale none"],
)  # fmt: skip
def test_kinds_of_networks(run, options):
    assert "all gradients agree" in run(f"check pets.csv {NETWORK} {options}").stdout


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_an_engine_is_compared_on_request(run, engine):
    pytest.importorskip({"numpy": "numpy", "native": "llvmlite", "xla": "jax"}[engine])
    shown = run(f"check pets.csv {NETWORK} --engine {engine}").stdout
    assert f"\nW1 ({engine}) " in shown
    assert f"gradients of the training step of engine {engine}, in float64" in shown
    assert shown.endswith("all gradients agree\n")


def test_an_engine_that_there_is_not_is_refused(run):
    failed = run(f"check pets.csv {NETWORK} --engine abacus", code=1)
    assert "no engine is called 'abacus'" in failed.stderr
    assert failed.stdout == ""


def test_numbers_and_images(run):
    assert "all gradients agree" in run(f"check house.csv --target price {NETWORK}").stdout
    assert "all gradients agree" in run(f"check dots.npz {NETWORK}").stdout
    assert "all gradients agree" in run(f"check calls.csv --task counts {NETWORK}").stdout


def test_a_saved_model(run, model):
    shown = run("check pets.bprop pets.csv").stdout
    assert "(3, 8)" in shown
    assert "all gradients agree" in shown


def test_the_number_of_rows(run):
    assert "(5, 3)" in run(f"check pets.csv {NETWORK} --rows 5").stdout


def test_how_many_elements_are_compared(run):
    assert "all 12 elements" in run(f"check pets.csv {NETWORK}").stdout
    assert "all 12 elements" not in run(f"check pets.csv {NETWORK} --elements 5").stdout
    assert "all 300 elements" in run("check pets.csv --hidden 100 --activation tanh --elements 0").stdout


def test_the_seed_is_of_the_weights(run):
    first, again, other = (run(f"check pets.csv {NETWORK} --seed {seed}").stdout for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_wrong_box_is_named_and_gives_exit_code_3(run, monkeypatch):
    monkeypatch.setattr(Tanh, "bprop", lambda box, grad, value, a: grad * value)
    shown = run(f"check pets.csv {NETWORK}", code=3).stdout
    assert "THE GRADIENTS DO NOT AGREE" in shown
    assert "WRONG the box 'h1' (Tanh)" in shown


def test_the_exit_code_of_a_process(start):
    process = start(f"check pets.csv {NETWORK}")
    out, error = process.communicate()
    assert (process.returncode, error) == (0, "")
    assert "all gradients agree" in out


def test_what_cannot_be_checked(refused, model, folder):
    refused("check pets.bprop", "say which data to take rows from")
    refused("check pets.csv house.csv", "not a model file")
    refused("check pets.bprop house.csv", "are missing")
    refused(f"check pets.csv {NETWORK} --rows 61", "--rows 61", "60 examples")
    refused("check pets.csv --hidden ten", "--hidden 'ten'")
    refused("check pets.csv --seed -1", "seed", "-1")
    refused("check absent.csv", "no such file")
    refused("check absent.bprop pets.csv", "no such file")
    (folder / "bad.bprop").write_bytes(b"\0" * 50)
    refused("check bad.bprop pets.csv", "bad.bprop")


def test_the_graph_of_data(run):
    shown = run(f"graph pets.csv {NETWORK} --l2 0.1").stdout
    assert shown.startswith("Graph of ")
    for line in ("tanh(a1)", "softmax(a2)", "nll(f, y)", "linear(h1, W2, b2)"):
        assert line in shown


def test_the_graph_of_a_model(run, model):
    assert run("graph pets.bprop").stdout == f"{model.graph}\n"


@pytest.mark.parametrize(
    "options",
    ["--dropout 0.5", "--normalise layer", "--l1 0.1", "--loss absolute_error", "--activation elu", "--scale unit",
     "--hidden 5,5", "--task classification"],
)  # fmt: skip
def test_options_change_the_graph(run, options):
    plain = run("graph house.csv --hidden 4").stdout
    assert run(f"graph house.csv --hidden 4 {options}").stdout != plain


def test_what_has_no_graph(refused, folder):
    refused("graph absent.bprop", "no such file")
    refused("graph absent.csv", "no such file")
    (folder / "bad.bprop").write_bytes(b"bad")
    refused("graph bad.bprop", "bad.bprop")


def test_the_graph_is_drawn(run, model, folder):
    assert run("graph pets.bprop --svg net.svg").stdout == "wrote net.svg\n"
    assert (folder / "net.svg").read_text(encoding="utf-8") == model.graph.draw().svg()
    run(f"graph pets.csv {NETWORK} --collapse yes --svg fresh.svg")
    assert "layer 1" in (folder / "fresh.svg").read_text(encoding="utf-8")


def test_values_are_drawn_on_rows_of_the_data(run, model, folder):
    run("graph pets.bprop pets.csv --svg values.svg")
    assert "gradient" in (folder / "values.svg").read_text(encoding="utf-8")
    shown = run(f"graph pets.csv {NETWORK} --values --rows 7").stdout
    assert "gradient" in shown
    assert shown != run(f"graph pets.csv {NETWORK} --values --rows 8").stdout
    assert run(f"graph pets.csv {NETWORK} --values --rows 7 --seed 1").stdout != shown


def test_drawings_that_cannot_be(refused, model):
    refused("graph pets.bprop --svg net.png", "net.png", ".svg")
    refused("graph pets.bprop --values", "say which data to take rows from")
    refused("graph pets.csv --collapse some", "yes, no or auto")
    refused("graph pets.csv house.csv", "one argument too many")


def test_a_models_own_boxes_must_be_defined(run, start):
    class Cube(bp.Box):
        """a^3."""

        def fprop(self, a):
            return a**3

        def bprop(self, grad, value, a):
            return grad * 3 * a**2

    graph = bp.mlp([3, 4, 2], activation=Cube)
    bp.save("cube.bprop", bp.Model(graph, graph.init(0)))
    assert run("graph cube.bprop").stdout == f"{graph}\n"
    elsewhere = start("graph cube.bprop")
    out, error = elsewhere.communicate()
    assert (elsewhere.returncode, out) == (1, "")
    assert error.startswith("error: cube.bprop: the box type ")
    assert "not defined here" in error
    assert error.count("\n") == 1
