"""The options of a command that trains on what its data is."""

import pytest

from bprop.errors import SettingError

pytest.importorskip("typer", reason="the command line needs typer")

from bprop.cli.about_data import about_data, data_options
from bprop.cli.prepared import DataOptions


def test_options_that_are_left_out_are_the_defaults_of_the_data():
    assert about_data("pets.csv") == DataOptions("pets.csv", None, None, None, (), None, "0.2", "0.1")


def test_every_option_is_passed_on_under_its_name():
    said = about_data(
        "pets.csv", "kind", "labels.idx", "classification", "unit", ["a=numeric", "b=date"], "w", ["cat=2"], "5", "6",
        "day", "owner",
    )  # fmt: skip
    assert said == DataOptions(
        "pets.csv", target="kind", labels="labels.idx", task="classification", kinds=("a=numeric", "b=date"),
        weights="w", test="5", validation="6", scale="unit", split_by="day", group="owner", class_weight=("cat=2",),
    )  # fmt: skip


def test_commands_have_the_same_options_with_a_share_to_validate_of_their_own():
    @data_options(validation="0.3")
    def command(*, about, more=1):
        return about, more

    about, more = command(data="pets.csv", group="owner", more=2)
    assert (about.validation, about.group, more) == ("0.3", "owner", 2)
    with pytest.raises(SettingError):
        command(data="pets.csv", validation="-1")
