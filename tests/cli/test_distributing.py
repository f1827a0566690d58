"""`bprop train --distributed`: what is refused, and what a process that is not process 0 does."""

import pytest

from bprop.distributed.membership import Membership
from bprop.errors import SettingError

pytestmark = pytest.mark.usefixtures("typer")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--engine native", "--engine native computes in one process"),
        ("--members 3", "--members 3: several networks are best trained apart"),
        ("--time 5s", "--time: processes do not agree"),
        ("--folds 3", "--folds: the networks of folds"),
        ("--live", "--live: a live page"),
        ("--coordinator node1:1234", "also give --processes P and --process K"),
    ],
)
def test_what_several_processes_do_not_do_is_refused(refused, folder, words, says):
    refused(f"train pets.csv --distributed {words}", says)


def test_one_process_with_one_device_has_nothing_to_distribute(refused, folder):
    pytest.importorskip("jax")
    refused("train pets.csv --distributed --batch-size 8", "there is nothing to distribute")


def test_only_process_0_shows_and_writes():
    from bprop.cli.distributing import DistributedOptions

    options = [DistributedOptions(True, "127.0.0.1:5", 2, k) for k in range(2)]
    assert [one.leads for one in options] == [True, False]
    assert options[1].member == Membership(2, 1, "127.0.0.1:5")
    settings = {"callbacks": [print], "health": "auto", "progress": True}
    assert options[0].of_this_process(settings) == {**settings, "distributed": options[0].member}
    assert options[1].of_this_process(settings)["callbacks"] == []


def test_without_the_option_a_process_trains_alone():
    from bprop.cli.distributing import DistributedOptions

    options = DistributedOptions()
    assert options.leads and options.setting is False
    with pytest.raises(SettingError, match="also give"):
        DistributedOptions(True, None, 2).leads  # noqa: B018
