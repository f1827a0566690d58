"""Several networks trained in step."""

import os
import signal
from types import SimpleNamespace

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet
from bprop.engines import surroundings
from bprop.training.members import Member, Team, member_seed, train_members

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 3))
Y = (X[:, 0] + 0.5 * rng.normal(size=60) > 0).astype(np.int64)
SETTINGS = {"epochs": 6, "batch_size": 16, "dtype": "float64", "engine": "numpy", "progress": False, "keep_best": True}


def members(count=3):
    return [
        Member(member_seed(7, k), DataSet({"x": X[10:], "y": Y[10:]}), DataSet({"x": X[:10], "y": Y[:10]}))
        for k in range(count)
    ]


def graph():
    return bp.mlp([3, 5, 2], dropout=0.1)


def rule(examples):
    return bp.Adam(0.03)


def team(count=3, **settings):
    return train_members(graph(), members(count), rule, {**SETTINGS, **settings})


def alone(member, **settings):
    return bp.train(
        graph(), member.train, validation=member.validation, rule=rule(50), seed=member.seed, **{**SETTINGS, **settings}
    )


def same(one, other):
    return all(one[name].tobytes() == other[name].tobytes() for name in other)


def test_each_member_is_trained_as_a_network_by_itself():
    fit = team()
    for k, member in enumerate(members()):
        single = alone(member)
        assert same(fit.members[k].params, single.params)
        assert same({n: fit.params[f"m{k + 1}/{n}"] for n in single.params}, single.params)
        assert fit.notes["ensemble"][k]["best_epoch"] == single.kept_epoch
    assert len({member_seed(7, k) for k in range(3)}) == 3
    assert member_seed(7, 0) == 7


def test_the_fit_is_the_mean_of_its_members_and_is_saved_as_any_model(tmp_path):
    fit = team()
    mean = np.mean([member.predict(x=X) for member in fit.members], axis=0)
    np.testing.assert_allclose(fit.predict(x=X), mean, rtol=1e-12)
    fit.save(tmp_path / "m.bprop")
    np.testing.assert_array_equal(bp.load(tmp_path / "m.bprop").predict(x=X), fit.predict(x=X))
    assert (fit.stopped, fit.updates) == ("epochs", 3 * 6 * 4)
    assert [record.epoch for record in fit.history] == [1, 2, 3, 4, 5, 6]
    assert fit.history[2].loss == pytest.approx(np.mean([member.history[2].loss for member in fit.members]))


def test_members_end_at_their_own_epochs():
    shown = []
    fit = team(patience=1, epochs=60, callbacks=lambda record: shown.append(record.epoch))
    epochs = [len(member.history) for member in fit.members]
    assert [len(alone(member, patience=1, epochs=60).history) for member in members()] == epochs
    assert fit.stopped == "patience"
    assert len(fit.history) == max(epochs) > min(epochs)
    assert shown == list(range(1, max(epochs) + 1))  # also those that only some of them have done


def test_an_error_has_the_fit_of_all_members_whatever_fit_it_has_already():
    def failing(record):
        error = RuntimeError("mine")
        error.fit = "of one member"
        raise error

    with pytest.raises(RuntimeError, match="mine") as caught:
        team(callbacks=failing)
    assert len(caught.value.fit.members) == 3
    assert caught.value.fit.stopped == "failed"


def test_callbacks_see_the_mean_and_end_all_members():
    seen = []

    def stop(record, fit):
        seen.append((record.epoch, len(fit.members)))
        return record.epoch == 2

    fit = team(callbacks=stop)
    assert seen == [(1, 3), (2, 3)]
    assert fit.stopped == "callback"
    assert [len(member.history) for member in fit.members] == [2, 2, 2]


def interrupting(epoch, number):
    def callback(record, fit):
        if record.epoch == epoch:
            os.kill(os.getpid(), number)

    return callback


def test_ctrl_c_leaves_the_best_epoch_of_each_and_the_run_goes_on_from_there(tmp_path, capsys):
    place = f"{tmp_path}/run/"
    fit = team(callbacks=interrupting(3, signal.SIGINT), checkpoint=place)
    assert fit.stopped == "interrupted"
    said = capsys.readouterr().err
    assert "of 3 networks; the best of each so far is kept" in said
    assert f"resume={place!r} continues it" in said
    for k, member in enumerate(members()):
        first = alone(member, epochs=3)
        assert fit.members[k].best_epoch == first.best_epoch
    resumed, whole = team(checkpoint=place, resume=place), team()
    assert same(resumed.params, whole.params)
    assert [record.loss for record in resumed.history] == [record.loss for record in whole.history]
    assert sorted(os.listdir(place)) == ["member-1", "member-2", "member-3"]


def test_checkpoints_in_files_stand_beside_each_other(tmp_path):
    place = f"{tmp_path}/c.bprop"
    team(callbacks=interrupting(2, signal.SIGINT), checkpoint=place)
    assert {name for name in os.listdir(tmp_path) if not name.startswith(".")} == {
        f"c-member-{k}.bprop" for k in (1, 2, 3)
    }
    assert same(team(checkpoint=place, resume=place).params, team().params)


def test_a_place_without_checkpoints_of_an_ensemble_is_not_resumed(tmp_path):
    with pytest.raises(errors.ModelFileError, match="there is no checkpoint of an ensemble of 3 networks"):
        team(resume=str(tmp_path))


def test_a_terminated_run_hands_over_its_fit():
    with pytest.raises(bp.training.Terminated) as raised:
        team(callbacks=interrupting(2, signal.SIGTERM))
    assert len(raised.value.fit.members) == 3


def test_a_member_that_diverges_is_left_out(monkeypatch, capsys):
    rates = iter([0.03, 1e200, 0.03])
    fit = train_members(
        bp.mlp([3, 5, 1], task="regression", activation="relu"),
        [Member(k, DataSet({"x": X[10:], "y": X[10:, 0]}), DataSet({"x": X[:10], "y": X[:10, 0]})) for k in range(3)],
        lambda examples: bp.SGD(next(rates)), SETTINGS,
    )  # fmt: skip
    assert len(fit.members) == 2
    assert "network 2 of 3: training diverged" in capsys.readouterr().err
    assert np.isfinite(fit.predict(x=X)).all()


def test_members_that_all_diverge_are_an_error_with_the_fit():
    data = DataSet({"x": X, "y": X[:, 0]})
    with pytest.raises(errors.NonFiniteError, match="diverged") as raised:
        train_members(
            bp.mlp([3, 5, 1], task="regression", activation="relu"), [Member(k, data, data) for k in range(2)],
            lambda examples: bp.SGD(1e200), SETTINGS,
        )  # fmt: skip
    fit = raised.value.fit
    assert fit.stopped == "diverged" and len(fit.members) == 2


def test_health_is_measured_of_the_first_member_under_its_names():
    fit = team(health=True, epochs=2)
    assert "m1/h1" in fit.history[0].health["boxes"]
    assert "m1/W1" in fit.history[0].health["parameters"]
    assert bp.advice(fit) is not None


def test_on_a_core_each_they_are_what_they_are_one_after_the_other():
    pytest.importorskip("llvmlite")
    fit = team(engine="native")
    for k, member in enumerate(members()):
        single = alone(member, engine="native")
        for name, array in single.params.items():
            np.testing.assert_allclose(fit.members[k].params[name], array, rtol=1e-10)


def test_when_the_time_is_over_the_best_epochs_are_kept():
    calls = iter([False] * 40 + [True] * 10**6)
    fit = train_members(graph(), members(), rule, {**SETTINGS, "epochs": 10**4}, lambda: next(calls))
    assert fit.stopped == "time"
    assert fit.notes["ensemble"][0]["best_epoch"] is not None


def test_a_single_member_is_its_own_fit():
    fit = train_members(graph(), members(1), rule, SETTINGS)
    assert not fit.members
    assert same(fit.params, alone(members(1)[0]).params)
    assert fit.stopped == "epochs"


def test_members_train_side_by_side_only_where_their_rows_are_in_memory(monkeypatch):
    monkeypatch.setattr(surroundings, "cores", lambda: 2)
    assert [Team(graph(), members(count), rule, SETTINGS).threads for count in (1, 2, 3)] == [1, 2, 2]
    monkeypatch.setattr(DataSet, "in_memory", False)
    assert Team(graph(), members(3), rule, SETTINGS).threads == 1


@pytest.mark.parametrize(("began", "text"), [(90.0, "at most 45 s"), (70.0, "at most 2 min")])
def test_the_time_that_is_left_is_that_of_all_networks(monkeypatch, began, text):
    """10 of 60 epochs are done since it began, and 5 before: 45 are left."""
    team = Team.__new__(Team)
    team.trainers = [SimpleNamespace(planned=30)] * 2
    team.crew, team.began = SimpleNamespace(updates=[9, 6]), (began, 5)
    monkeypatch.setattr("bprop.training.members.perf_counter", lambda: 100.0)
    assert team._left() == text
    team.began = (began, 15)
    assert team._left() == ""
