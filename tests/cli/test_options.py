"""The options about data and files, each described once."""

import pytest

pytest.importorskip("typer", reason="the command line needs typer")

from bprop.cli import options, training_options
from bprop.sources.builtin import NAMES
from bprop.sources.formats import suffixes

pytestmark = pytest.mark.usefixtures("typer")


def test_no_option_is_described_twice():
    described = {
        name: value
        for name, value in vars(training_options).items()
        if hasattr(value, "__metadata__") and hasattr(options, name)
    }
    assert not described


def test_the_help_names_every_format_and_every_set_of_data(run):
    shown = " ".join(run("train --help").stdout.replace("│", " ").split())
    assert all(name in shown for name in [*NAMES, *suffixes(arrays=True), *suffixes(arrays=False)])
