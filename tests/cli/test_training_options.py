"""The options of networks and of training."""

import pytest

pytest.importorskip("typer", reason="the command line needs typer")

from bprop.cli import training_options
from bprop.rules import rules

pytestmark = pytest.mark.usefixtures("typer")


def test_a_rule_s_settings_without_an_option_are_named_for_set():
    help_text = training_options.RuleSettings.__metadata__[0].help
    assert "adam: beta1, beta2" in help_text and "momentum" not in help_text
    assert all(f"{name}:" not in help_text or name in rules() for name in ("sgd", "adam", "adamw"))


def test_the_help_names_every_activation_and_loss(run):
    from bprop import architecture

    shown = " ".join(run("train --help").stdout.replace("│", " ").split())
    ours = [name for name, kind in architecture.activations().items() if ":" not in kind.type_key]
    for name in [*ours, "squared_error", "poisson", "hinge", "absolute_error", "huber"]:
        assert name in shown
