"""Optuna's samplers, pruners and distributions."""

import sys

import pytest

from bprop.errors import MissingPackageError, SettingError, UnknownNameError
from bprop.tuning import library
from bprop.tuning.ranges import parse

SPACE = {
    "lr": parse("1e-4..1e-1"), "units": parse("2..9:3"), "share": parse("0.0..1.0:0.3"), "rule": parse("sgd|adam"),
    "hidden": parse("4|4,2|none"), "epochs": parse("3"),
}  # fmt: skip


def test_without_optuna_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'bprop\[tune\]'"):
        library.optuna()


@pytest.fixture
def optuna():
    return pytest.importorskip("optuna", reason="tuning needs optuna")


def test_what_is_drawn_lies_in_the_space_and_comes_back(optuna):
    study = optuna.create_study(sampler=library.sampler("random", 0, 0))
    for _ in range(20):
        params = study.ask(library.distributions(SPACE)).params
        settings = library.as_settings(SPACE, params)
        assert settings.keys() == SPACE.keys() and settings["epochs"] == 3
        assert settings["units"] in (2, 5, 8) and settings["hidden"] in (4, (4, 2), None)
        assert all(SPACE[name].holds(value) for name, value in settings.items())
        assert library.as_params(SPACE, settings) == params


def test_what_is_drawn_follows_from_the_seed_and_the_number_of_the_trial(optuna):
    def drawn(seed, number):
        with library.quiet():
            study = optuna.create_study(sampler=library.sampler("tpe", seed, number))
            return study.ask(library.distributions(SPACE)).params

    assert drawn(0, 1) == drawn(0, 1) != drawn(0, 2)
    assert drawn(1, 1) != drawn(0, 1)


def test_optunas_own_objects_are_taken_as_they_are(optuna):
    own, nop = optuna.samplers.RandomSampler(3), optuna.pruners.NopPruner()
    library.need_sampler(own)
    library.need_pruner(nop)
    assert library.sampler(own, 0, 5) is own and library.pruner(nop, 9, 9) is nop


def test_other_names_and_things_are_refused(optuna):
    with pytest.raises(UnknownNameError, match="did you mean 'random'"):
        library.need_sampler("randm")
    with pytest.raises(UnknownNameError, match="did you mean 'median'"):
        library.need_pruner("meidan")
    with pytest.raises(SettingError, match="a sampler is one of"):
        library.need_sampler(3)
    with pytest.raises(SettingError, match="a pruner is one of"):
        library.need_pruner(None)


def test_the_level_of_optunas_messages_is_put_back(optuna):
    before = optuna.logging.get_verbosity()
    with pytest.raises(ZeroDivisionError), library.quiet():
        raise ZeroDivisionError
    assert optuna.logging.get_verbosity() == before
