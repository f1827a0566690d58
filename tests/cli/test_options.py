"""Options as the network wants them."""

import pytest

from bprop import errors

pytestmark = pytest.mark.usefixtures("typer")


def network(hidden="4", activation="relu"):
    from bprop.cli.options import Network

    return Network(hidden, activation, None, None, None, None, None, "auto")


@pytest.mark.parametrize(
    ("text", "units"), [("500", [500]), ("200,100", [200, 100]), (" 20 , 10 ", [20, 10]), ("", []), ("7,", [7])]
)
def test_units_of_hidden_layers(text, units):
    assert network(hidden=text).units == units


@pytest.mark.parametrize("text", ["ten", "0", "-5", "4,0", "4;5", "2.5", "1e3"])
def test_units_that_cannot_be(text):
    with pytest.raises(errors.SettingError, match=r"--hidden .* whole numbers above 0, such as 500 or 200,100"):
        _ = network(hidden=text).units


@pytest.mark.parametrize(("text", "names"), [("tanh", "tanh"), ("tanh,relu", ["tanh", "relu"]), (" elu ", "elu")])
def test_activations(text, names):
    assert network(activation=text).activations == names


def test_the_help_names_every_activation_and_loss(run):
    from bprop import architecture

    shown = " ".join(run("train --help").stdout.replace("│", " ").split())
    ours = [name for name, kind in architecture.activations().items() if ":" not in kind.type_key]
    for name in [*ours, "squared_error", "poisson", "hinge", "absolute_error", "huber"]:
        assert name in shown
