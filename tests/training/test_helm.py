"""A training that a person steers: pause, stop, another learning rate; and its checkpoint knows of it."""

import numpy as np
import pytest

import bprop as bp
from bprop.reporting.steering import Steering
from bprop.training.members import Member, train_members
from bprop.training.settings import TrainSettings


class Person:
    """A callback that wishes things after some epochs, {epoch: commands}, and writes down the rates."""

    needs_fit = False

    def __init__(self, wishes):
        self.steering, self.wishes, self.rates = Steering(), wishes, []

    def epoch(self, record):
        self.rates.append(record.learning_rate)
        for command in self.wishes.get(record.epoch, ()):
            self.steering.wish(command)

    def end(self):
        self.moment = self.steering.shown()["moment"]
        self.steering.end()


def rate(value):
    return {"do": "rate", "value": value}


def data(rng):
    return {"x": rng.normal(size=(60, 4)), "y": np.arange(60) % 3}


def trained(data, engine="numpy", **settings):
    more = {"rule": bp.SGD(0.1, momentum=0.9), "batch_size": 10, "progress": False, "seed": 1, **settings}
    return bp.train(bp.mlp([4, 5, 3]), data, engine=engine, **more)


def same(one, other):
    return all(one.params[name].tobytes() == other.params[name].tobytes() for name in one.params)


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_a_rate_by_hand_trains_as_a_schedule_of_the_same_rates(rng, engine):
    person, rows = Person({2: [rate(0.05), rate(0.3)]}), data(rng)
    fit = trained(rows, engine, epochs=3, callbacks=person)
    by_schedule = bp.SGD(lambda t: 0.1 if t < 12 else 0.3, momentum=0.9)
    assert same(fit, trained(rows, engine, epochs=3, rule=by_schedule))
    assert person.rates == [0.1, 0.1, 0.3]
    assert "from update 12 by hand 0.3" in fit.settings["rule"]
    assert (person.moment["updates"], person.moment["total"], person.moment["step"]) == (18, 18, 6)


def test_a_rate_is_changed_within_an_epoch(rng):
    class AtUpdate(Person):
        every = 1

        def step(self, record):
            if record.updates == 8:
                self.steering.wish(rate(0.5))

    person, rows = AtUpdate({}), data(rng)
    fit = trained(rows, epochs=2, callbacks=person)
    assert same(fit, trained(rows, epochs=2, rule=bp.SGD(lambda t: 0.1 if t < 8 else 0.5, momentum=0.9)))
    assert person.rates == [0.1, 0.5]


def test_a_checkpoint_remembers_the_rates_by_hand(rng, tmp_path, capsys):
    rows = data(rng)
    trained(rows, epochs=3, callbacks=Person({1: [rate(0.02)]}), checkpoint=tmp_path / "c")
    resumed = trained(rows, epochs=5, resume=tmp_path / "c", checkpoint=tmp_path / "d")
    assert same(resumed, trained(rows, epochs=5, callbacks=Person({1: [rate(0.02)]})))
    assert "set to 0.02 by hand after 6 updates" in capsys.readouterr().err
    again = trained(rows, epochs=6, resume=tmp_path / "d")  # and the checkpoint of the run that went on
    assert same(again, trained(rows, epochs=6, callbacks=Person({1: [rate(0.02)]})))


def test_a_stop_keeps_the_best_epoch_and_writes_the_checkpoint(rng, tmp_path):
    rows = data(rng)
    fit = trained(rows, epochs=50, validation=0.2, callbacks=Person({4: [{"do": "stop"}]}), checkpoint=tmp_path / "c")
    assert (fit.stopped, len(fit.history), fit.failure) == ("callback", 4, None)
    assert fit.kept_epoch == fit.best_epoch
    resumed = trained(rows, epochs=6, validation=0.2, resume=tmp_path / "c")
    assert same(resumed, trained(rows, epochs=6, validation=0.2))


def test_a_stop_within_an_epoch_calls_no_callback_for_an_epoch_that_is_not_done(rng):
    class AtUpdate(Person):
        def step(self, record):
            if record.updates == 2:
                self.steering.wish({"do": "stop"})

    person = AtUpdate({})
    fit = trained(data(rng), epochs=2, callbacks=person)
    assert (fit.stopped, fit.updates, person.rates) == ("callback", 2, [])


def test_a_pause_changes_no_bit(rng):
    class Pauses(Person):
        def step(self, record):
            self.steering.wish({"do": "pause"})

    person, rows, rested = Pauses({}), data(rng), []

    def rest(ended):
        rested.append(person.steering.paused)
        person.steering.wish({"do": "resume"})

    person.steering.rest = rest
    assert same(trained(rows, epochs=2, callbacks=person), trained(rows, epochs=2))
    assert rested == [True] * 12


def test_a_rule_without_a_rate_is_trained_and_refuses_one(rng):
    optax = pytest.importorskip("optax")
    person = Person({})
    trained(data(rng), "xla", epochs=1, callbacks=person, rule=optax.sgd(0.1))
    assert not person.steering.takes_rate


def several(rows, person, epochs, **more):
    sets = TrainSettings(validation=0.2).make_job(bp.mlp([4, 5, 3]), rows)
    members = [Member(seed, sets.data, sets.validation) for seed in (0, 1)]
    settings = {"epochs": epochs, "batch_size": 10, "engine": "numpy", "progress": False, "callbacks": person, **more}
    return train_members(bp.mlp([4, 5, 3]), members, lambda count: bp.SGD(0.1), settings)


def test_all_networks_of_an_ensemble_are_steered(rng, tmp_path, capsys):
    rows, place = data(rng), str(tmp_path / "run") + "/"
    person = Person({2: [rate(0.7)], 5: [{"do": "stop"}]})
    fit = several(rows, person, 40, checkpoint=place)
    assert fit.stopped == "callback" and len(fit.history) == 5
    assert person.rates == [0.1, 0.1, 0.7, 0.7, 0.7]
    assert person.moment["total"] == 2 * 40 * 5 and 40 < person.moment["updates"] <= 50
    capsys.readouterr()
    watched = Person({})
    several(rows, watched, 7, resume=place)
    assert watched.rates == [0.7, 0.7]
    assert capsys.readouterr().err.count("set to 0.7 by hand after 10 updates") == 1
