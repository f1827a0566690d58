import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet, split
from bprop.training.many.plan import plan_of

GRAPH = bp.mlp([2, 3, 2])
DATA = {"x": np.arange(20.0).reshape(10, 2), "y": np.arange(10) % 2}


def plan(graph=GRAPH, data=DATA, seeds=None, rules=None, rows=None, validation_rows=None, workers=None, **settings):
    return plan_of(graph, data, seeds, rules, rows, validation_rows, workers, settings)


def test_seed_and_rule_are_those_of_all_unless_each_has_its_own():
    rules = [bp.SGD(0.1), bp.SGD(0.2)]
    own = plan(rules=rules, seed=7)
    assert [job.seed for job in own.jobs] == [7, 7]
    assert [job.rule for job in own.jobs] == rules
    assert [job.seed for job in plan(seeds=(4, 2), rule=bp.Adam()).jobs] == [4, 2]


def test_all_networks_share_the_arrays_of_the_data():
    own = plan(seeds=range(3), validation=DATA)
    assert all(job.data is own.data for job in own.jobs)
    assert all(job.validation is own.jobs[0].validation for job in own.jobs)
    assert own.rows == [None] * 3
    assert own.workers is None and plan(seeds=range(3), workers=2).workers == 2


def test_rows_are_numbers_or_bools_and_may_repeat():
    own = plan(rows=[[0, 0, 3], np.arange(10) < 4])
    assert [index.tolist() for index in own.rows] == [[0, 0, 3], [0, 1, 2, 3]]
    assert own.jobs[0].data.arrays["x"][:, 0].tolist() == [0, 0, 6]
    assert own.jobs[1].data.numbers.tolist() == [0, 1, 2, 3]


def test_a_share_is_held_out_of_the_rows_of_each():
    own = plan(rows=[np.arange(8)] * 2, seeds=(1, 2), validation=0.25)
    for k, job in enumerate(own.jobs):
        assert (len(job.data), len(job.validation)) == (6, 2)
        np.testing.assert_array_equal(job.data.arrays["x"], DATA["x"][own.rows[k]])
        assert not set(own.rows[k]) & set(job.validation.numbers)
    assert own.rows[0].tolist() != own.rows[1].tolist()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "how many networks"), ({"seeds": ()}, "1 or more"), ({"seeds": 3}, "a list"),
        ({"rules": "adam"}, "a list"),
        ({"seeds": (1, 2), "rules": [bp.SGD()]}, "seeds has 2, rules has 1"), ({"seeds": (1, -2)}, "seed"),
        ({"rows": [[0, 10]]}, r"rows\[0\]: there are rows 0 to 9"), ({"rows": [[1], [-1]]}, r"rows\[1\]: there are"),
        ({"rows": [[]]}, r"rows\[0\]"), ({"rows": [[0.5]]}, r"rows\[0\]"), ({"rows": [[True, False]]}, r"rows\[0\]"),
        ({"rows": [[0], [1]], "validation_rows": [[2], [99]]}, r"validation_rows\[1\]"),
        ({"seeds": (1,), "validation_rows": [[2]], "validation": 0.5}, "two ways to say the same"),
        ({"seeds": (1,), "epoch": 3}, "'epoch' is no setting"), ({"seeds": (1,), "callbacks": print}, "callback=f"),
        ({"seeds": (1,), "resume": True}, "checkpoint="), ({"seeds": (1,), "resume": "a"}, "checkpoint="),
        ({"seeds": (1,), "patience": 3}, "patience needs a validation set"), ({"seeds": (1,), "workers": 0}, "workers"),
        ({"seeds": (1,), "epochs": 0}, "epochs"), ({"rows": [[0, 1]], "batch_size": 3}, "batch_size"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_are_refused_before_any_network_begins(settings, says):
    with pytest.raises(errors.SettingError, match=says):
        plan(**settings)


def test_rows_that_all_have_weight_0_are_refused():
    weights = np.ones(10)
    weights[:5] = 0
    with pytest.raises(errors.DataError, match=r"rows\[1\].* weight 0"):
        plan(rows=[np.arange(10), np.arange(5)], weights=weights)
    with pytest.raises(errors.DataError, match="validation_weights"):
        plan(rows=[np.arange(10)], validation_rows=[np.arange(5)], weights=weights)


def test_data_that_does_not_fit_the_graph_is_named_by_its_row():
    with pytest.raises(errors.DataError, match="row 3"):
        plan(data={**DATA, "y": [0, 1, 0, 5, 1, 0, 1, 0, 1, 0]}, seeds=range(2))


def test_a_share_whose_examples_all_weigh_nothing_is_refused():
    weights = np.zeros(10)
    train, _ = split(10, 0.25, 1)
    weights[train] = 1
    with pytest.raises(errors.DataError, match="network 0: all examples of the validation set have weight 0"):
        plan(seeds=(1, 1), rows=[np.arange(10)] * 2, validation=0.25, sample_weight=weights)


def test_rows_of_a_set_larger_than_memory_are_refused(monkeypatch):
    monkeypatch.setattr(DataSet, "in_memory", False)
    with pytest.raises(errors.SettingError, match="trained on as a whole: leave out rows="):
        plan(rows=[[0, 1]], data=DATA)
    assert plan(seeds=(1, 2), data=DATA).rows == [None, None]


@pytest.mark.parametrize("share", [0, 1.0, 5])
def test_what_is_no_share_of_the_examples_is_refused(share):
    with pytest.raises(errors.SettingError, match=f"validation={share} is no share of the examples"):
        plan(seeds=(1, 2), data=DATA, validation=share)
