"""The training of a table by one network or by several."""

import numpy as np
import pytest

import bprop as bp
from bprop.tables.certainty import Watched

QUICK = {"hidden": (6,), "epochs": 3, "engine": "numpy", "progress": False}


def test_the_default_trains_several_networks_and_tests_their_mean(rows):
    fit = bp.table(rows).fit(**QUICK)
    assert len(fit.members) == 4
    assert {name.partition("/")[0] for name in fit.params} == {"m1", "m2", "m3", "m4"}
    assert fit.predict(rows).tolist()[0] in ("cat", "dog", "eel")
    mean = np.mean([np.asarray(bp.Model.predict(one, fit.test.data())) for one in fit.members], axis=0)
    np.testing.assert_allclose(fit.predict_proba(fit.test), mean, rtol=1e-4)
    assert 0 <= fit.scores()["accuracy"] <= 1


def test_each_network_watches_rows_of_its_own_and_none_sees_the_test(rows):
    table = bp.table(rows)
    fit = table.fit(**QUICK)
    watched = [set(held.numbers.tolist()) for held in fit.held]
    assert len(set.union(*watched)) == sum(map(len, watched))
    assert not set.union(*watched) & set(fit.test.frame.numbers.tolist())
    assert watched[0] == set(table.split().validation.frame.numbers.tolist())


def test_one_member_is_the_first_network_by_itself(rows):
    alone = bp.table(rows).fit(members=1, **QUICK)
    assert not alone.members
    fit = bp.table(rows).fit(recipe="fast", members=2, **QUICK)
    assert all(fit.params[f"m1/{name}"].tobytes() == alone.params[name].tobytes() for name in alone.params)


@pytest.mark.parametrize(
    "settings",
    [{"validation": 0}, {"by": "weight"}, {"group": "legs"}, {"class_weight": "balanced"}, {"validation": 12}],
)
def test_rows_may_be_held_out_in_any_way(rows, settings):
    fit = bp.table(rows).fit(members=2, **QUICK, **settings)
    assert len(fit.members) == 2
    same = fit.held[0] is fit.held[1] or np.array_equal(fit.held[0].numbers, fit.held[1].numbers)
    assert same == bool({"by"} & settings.keys() or settings == {"validation": 0})


def test_rows_that_the_caller_names_are_watched_by_all(rows):
    train, validation, _ = bp.table(rows).split()
    fit = train.fit(members=2, **QUICK)
    assert fit.held[0] is fit.held[1]
    assert len(fit.held[0]) == len(validation)
    other = bp.table(rows).fit(members=2, validation=bp.table(rows), **QUICK)
    assert len(other.held[0]) == len(other.held[1]) == len(rows["pet"])


def test_a_graph_of_ones_own_is_trained_once_unless_more_are_wanted(rows):
    table = bp.table(rows)
    graph = bp.mlp([table.inputs, 5, table.outputs], **table.settings)
    more = {"epochs": 1, "engine": "numpy", "progress": False}
    assert not table.fit(graph=graph, **more).members
    assert len(table.fit(graph=graph, members=2, **more).members) == 2


def test_the_mean_is_saved_loaded_and_exported(rows, tmp_path):
    fit = bp.table(rows).fit(members=2, **QUICK)
    fit.save(tmp_path / "m.bprop")
    model = bp.load(tmp_path / "m.bprop")
    np.testing.assert_array_equal(model.predict_proba(rows), fit.predict_proba(rows))
    assert [one["epochs"] for one in model.notes["ensemble"]] == [3, 3]
    assert model.notes["recipe"]["members"] == 2


def test_rows_that_were_held_out_are_answered_by_the_network_that_did_not_see_them(rows):
    fit = bp.table(rows).fit(**QUICK)
    f, y, w, _ = Watched.held(fit, fit.held[0])
    wanted = [np.asarray(bp.Model.predict(one, held)) for one, held in zip(fit.members, fit.held, strict=True)]
    np.testing.assert_array_equal(f, np.concatenate(wanted))
    np.testing.assert_array_equal(y, np.concatenate([held.arrays["y"] for held in fit.held]))
    assert w.tolist() == [1.0] * len(y)


def test_rows_that_all_networks_watch_are_answered_by_their_mean(rows):
    fit = bp.table(rows).split().train.fit(members=2, **QUICK)
    mean = np.asarray(bp.Model.predict(fit, fit.held[0]))
    np.testing.assert_array_equal(Watched.held(fit, fit.held[0]).f, mean)


def test_values_that_were_held_out_are_in_the_units_of_the_table(rows):
    fit = bp.table(rows, "weight").fit(members=2, **QUICK)
    y = Watched.held(fit, fit.held[0]).y
    np.testing.assert_allclose(y, np.array(rows["weight"])[np.concatenate([h.numbers for h in fit.held])], rtol=1e-5)
