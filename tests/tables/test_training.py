"""Settings of a training on a table."""

import pytest

import bprop as bp
from bprop import errors
from bprop.tables.training import layers

QUICK = {"recipe": "lecture", "hidden": 4, "epochs": 2, "engine": "numpy", "progress": False}


def test_a_rule_by_name_and_one_that_is_made_are_the_same(rows):
    table = bp.table(rows)
    one, other = table.fit(rule="adam", lr=0.01, **QUICK), table.fit(rule=bp.Adam(0.01), **QUICK)
    assert (one.params["W1"] == other.params["W1"]).all()


def test_a_rate_beside_a_rule_that_has_one(rows):
    with pytest.raises(errors.SettingError, match=r"lr=0\.1 is for a rule by name, such as rule='adam'"):
        bp.table(rows).fit(rule=bp.SGD(0.2), lr=0.1, **QUICK)
    with pytest.raises(errors.UnknownNameError, match="adan"):
        bp.table(rows).fit(rule="adan", **QUICK)


def test_the_other_settings_are_those_of_train(rows, tmp_path):
    seen = []
    fit = bp.table(rows).fit(
        shuffle=False, callbacks=lambda record, fit: seen.append(record.epoch), checkpoint=tmp_path / "c.bprop", **QUICK
    )
    assert seen == [1, 2]
    assert fit.settings["shuffle"] is False
    assert (tmp_path / "c.bprop").exists()
    with pytest.raises(TypeError, match="epoch"):
        bp.table(rows).fit(epoch=3, **QUICK)


def test_a_fit_is_one_of_the_library(rows):
    fit = bp.table(rows).fit(**QUICK)
    assert isinstance(fit, bp.Fit)
    assert (fit.stopped, len(fit.history), fit.engine) == ("epochs", 2, "numpy")


def test_layers():
    assert (layers(5), layers([3, 2]), layers(())) == ((5,), (3, 2), ())
