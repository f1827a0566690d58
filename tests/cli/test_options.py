"""Options, each described once."""

import pytest

pytestmark = pytest.mark.usefixtures("typer")


def test_the_help_names_every_activation_and_loss(run):
    from bprop import architecture

    shown = " ".join(run("train --help").stdout.replace("│", " ").split())
    ours = [name for name, kind in architecture.activations().items() if ":" not in kind.type_key]
    for name in [*ours, "squared_error", "poisson", "hinge", "absolute_error", "huber"]:
        assert name in shown
