"""`bprop graph`."""

import pytest

import bprop as bp

NETWORK = "--hidden 4 --activation tanh"


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


def test_how_it_is_drawn(run, model, folder):
    for options, settings in (
        ("--direction right", {"direction": "right"}),
        ("--collapse yes --fold yes", {"collapse": True, "fold": True}),
        ("--width 420", {"width": 420}),
    ):
        run(f"graph pets.bprop --svg net.svg {options}")
        assert (folder / "net.svg").read_text(encoding="utf-8") == model.graph.draw(**settings).svg()


def test_values_are_drawn_on_rows_of_the_data(run, model, folder):
    run("graph pets.bprop pets.csv --svg values.svg")
    assert "gradient" in (folder / "values.svg").read_text(encoding="utf-8")
    shown = run(f"graph pets.csv {NETWORK} --values --rows 7").stdout
    assert "gradient" in shown
    assert shown != run(f"graph pets.csv {NETWORK} --values --rows 8").stdout
    assert run(f"graph pets.csv {NETWORK} --values --rows 7 --seed 1").stdout != shown


def test_drawings_that_cannot_be(refused, model):
    refused("graph pets.bprop --svg net.png", "net.png", ".svg")
    refused("graph pets.bprop --values", "name the data to take rows from")
    refused(f"graph pets.csv {NETWORK} --values --rows 61", "--rows 61", "60 examples")
    refused("graph pets.csv --collapse some --svg x.svg", "yes, no or auto")
    refused("graph pets.csv --fold some --svg x.svg", "--fold some", "yes, no or auto")
    refused("graph pets.csv --direction down --svg x.svg", "'up' or 'right'")
    refused("graph pets.csv --width 10 --svg x.svg", "from 200 on")
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
