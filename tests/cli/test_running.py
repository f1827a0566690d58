"""Options as settings of `bprop.train`, and what cannot be written, before any work."""

import pytest

import bprop as bp
from bprop import errors
from bprop.tables.recipe import LECTURE

pytestmark = pytest.mark.usefixtures("typer")


def options(name, **values):
    from bprop.cli import running

    return getattr(running, name)(**values)


def rule(**values):
    from bprop.cli.rule import RuleOptions

    return RuleOptions(**values)


def test_a_schedule_ends_with_the_last_update():
    recipe = options("TrainingOptions", recipe="lecture", epochs=3, batch_size=7).override(LECTURE)
    assert (recipe.epochs, recipe.batch_size, recipe.updates(20)) == (3, 7, 9)
    made = rule(schedule="cosine").make(recipe.updates(20), recipe)
    assert repr(made) == repr(bp.SGD(bp.schedules.cosine(0.1, 9)))


def test_an_engine_that_is_not_there_is_an_error_before_any_work():
    with pytest.raises(errors.UnknownNameError, match="abacus"):
        options("TrainingOptions", engine="abacus")


def test_every_option_of_training_is_a_setting_of_the_library():
    from inspect import signature

    settings = {**options("TrainingOptions").settings, **LECTURE.settings, **options("ShowingOptions").settings()}
    assert settings.keys() <= signature(bp.train).parameters.keys()


def test_tensorboard_is_a_callback_and_has_the_health_recorded(tmp_path):
    pytest.importorskip("tensorboardX")
    assert options("ShowingOptions").settings() == {"progress": True, "health": False, "callbacks": []}
    assert options("ShowingOptions", health=True).settings()["health"] == "auto"
    shown = options("ShowingOptions", tensorboard=tmp_path / "events", progress=False).settings()
    assert (shown["progress"], shown["health"]) == (False, "auto")
    assert [type(callback) for callback in shown["callbacks"]] == [bp.TensorBoard]


def test_what_cannot_be_written_is_an_error_before_any_work(tmp_path):
    options("SavingOptions", out=tmp_path / "a.bprop", checkpoint=tmp_path / "c").check(None)
    for saving, report in (
        (options("SavingOptions", out=tmp_path / "absent" / "a.bprop"), None),
        (options("SavingOptions", checkpoint=tmp_path / "absent" / "c"), None),
        (options("SavingOptions", checkpoint=tmp_path / "absent" / "run", every="1epochs"), None),
        (options("SavingOptions"), tmp_path / "absent" / "page.html"),
    ):
        with pytest.raises(errors.SettingError, match=r"absent.* cannot be written: "):
            saving.check(report)


def test_how_often_needs_a_place_and_a_meaning():
    with pytest.raises(errors.SettingError, match="needs a folder for the checkpoints: add --checkpoint DIR"):
        options("SavingOptions", every="1epochs").check(None)
    with pytest.raises(errors.SettingError, match="give '30s'"):
        options("SavingOptions", every="often").check(None)
