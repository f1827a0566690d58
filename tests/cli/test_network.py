"""The options of a network as an Architecture."""

import inspect

import pytest

from bprop import errors

pytestmark = pytest.mark.usefixtures("typer")


def architecture(**options):  # of a command that trains none
    from bprop.cli import network

    return network.network_of(**options).alone


@pytest.mark.parametrize(
    ("text", "units"), [("500", (500,)), ("200,100", (200, 100)), (" 20 , 10 ", (20, 10)), ("", ()), ("7,", (7,))]
)
def test_units_of_hidden_layers(text, units):
    assert architecture(hidden=text).hidden == units


@pytest.mark.parametrize("text", ["ten", "0", "-5", "4,0", "4;5", "2.5", "1e3"])
def test_units_that_cannot_be(text):
    with pytest.raises(errors.SettingError, match=r"--hidden .* whole numbers above 0, such as 500 or 200,100"):
        architecture(hidden=text)


@pytest.mark.parametrize(
    ("text", "hidden", "activation"),
    [("tanh", "4", "tanh"), ("tanh,relu", "4,4", ("tanh", "relu")), (" elu ", "4", "elu")],
)
def test_activations(text, hidden, activation):
    assert architecture(activation=text, hidden=hidden).activation == activation


def test_a_command_takes_the_options_and_is_called_with_the_architecture():
    from bprop.cli import network

    @network.network_options
    def command(name: str, *, network: network.NetworkOptions, seed: int = 0):
        return name, network.alone, seed

    assert list(inspect.signature(command).parameters) == [
        "name", *inspect.signature(network.network_of).parameters, "seed",
    ]  # fmt: skip
    assert command("a") == ("a", architecture(), 0)
    assert command("a", l1=0.5, hidden="3", seed=2) == ("a", architecture(l1=0.5, hidden="3"), 2)


def test_the_options_that_differ_from_the_defaults():
    from bprop.cli.network import changed, network_of

    assert changed(network_of()) == []
    assert changed(network_of(hidden="4", l2=0.0)) == ["--hidden", "--l2"]


@pytest.mark.parametrize("command", ["check", "graph", "step", "train"])
def test_every_command_that_builds_a_network_has_all_of_its_options(command):
    from typer.main import get_command

    from bprop.cli.app import app
    from bprop.cli.network import network_of

    options = {parameter.name: parameter for parameter in get_command(app).commands[command].params}
    for name, parameter in inspect.signature(network_of).parameters.items():
        assert options[name].default == parameter.default
        assert options[name].help
