"""The record of an epoch."""

import copy
import json
import pickle

import pytest

from bprop import Record, errors
from bprop.record import column_of

RECORD = Record(
    epoch=3,
    updates=120,
    loss=0.25,
    penalty=0.5,
    objective=0.75,
    metrics={"accuracy": 0.875},
    validation={"loss": 0.3, "accuracy": 0.8},
    learning_rate=0.1,
    seconds=0.5,
    examples_per_second=2400.0,
)


def test_metrics_and_validation_read_as_attributes():
    assert RECORD.accuracy == 0.875
    assert RECORD.validation_loss == 0.3
    assert RECORD.validation_accuracy == 0.8


@pytest.mark.parametrize("name", ["rmse", "validation_rmse", "accurcy", "__wrapped__"])
def test_a_value_that_was_not_recorded_is_no_attribute(name):
    with pytest.raises(AttributeError, match=f"no '{name}'"):
        getattr(RECORD, name)


def test_optional_fields_of_a_record_have_empty_defaults():
    record = Record(1, 10, 0.5, 0.0, 0.5)
    assert (record.metrics, record.validation, record.learning_rate, record.health) == ({}, None, None, None)
    assert (record.seconds, record.examples_per_second) == (0.0, 0.0)


def test_without_validation_there_is_no_validation_loss():
    with pytest.raises(AttributeError):
        _ = Record(1, 10, 0.5, 0.0, 0.5).validation_loss


def test_a_record_is_plain_data_and_back():
    assert Record.from_dict(json.loads(json.dumps(RECORD.to_dict()))) == RECORD


def test_a_newer_versions_record_can_be_read():
    assert Record.from_dict(RECORD.to_dict() | {"temperature": 3}) == RECORD


def test_a_record_without_its_numbers_is_refused():
    with pytest.raises(TypeError):
        Record.from_dict({"epoch": 1})


def test_records_can_be_copied_and_pickled():
    assert copy.deepcopy(RECORD) == RECORD
    assert pickle.loads(pickle.dumps(RECORD)) == RECORD


def test_a_record_prints_on_one_line():
    expected = "epoch 3  loss 0.25  penalty 0.5  accuracy 0.875  validation loss 0.3 accuracy 0.8  2,400 examples/s"
    assert str(RECORD) == expected


def test_a_penalty_of_zero_and_no_validation_are_not_printed():
    assert str(Record(1, 10, 0.5, 0.0, 0.5, examples_per_second=1e6)) == "epoch 1  loss 0.5  1,000,000 examples/s"


@pytest.mark.parametrize(
    "change", [{"validation": []}, {"validation": ""}, {"validation": 0}, {"metrics": []}, {"loss": "1"}]
)
def test_data_that_is_no_record_is_refused(change):
    plain = {"epoch": 1, "updates": 2, "loss": 0.5, "penalty": 0.0, "objective": 0.5} | change
    with pytest.raises(TypeError):
        Record.from_dict(plain)


HEALTH = {
    "boxes": {"a1": {"value_mean": 0.5, "dead": None}},
    "parameters": {"W1": {"norm": 1.0}},
    "layers": ["a1"],
    "first_not_finite": None,
}


def test_health_is_plain_data_too():
    record = Record(1, 10, 0.5, 0.0, 0.5, health=HEALTH)
    assert Record.from_dict(json.loads(json.dumps(record.to_dict()))) == record
    assert str(record) == str(Record(1, 10, 0.5, 0.0, 0.5))


def test_a_record_of_an_older_version_has_no_health():
    plain = RECORD.to_dict()
    del plain["health"]
    assert Record.from_dict(plain) == RECORD


@pytest.mark.parametrize(
    "change",
    [
        {"boxes": None}, {"boxes": []}, {"boxes": {"a1": 3}}, {"boxes": {"a1": {"value_mean": "much"}}},
        {"layers": [1]}, {"layers": None}, {"first_not_finite": 2}, {"parameters": {"W1": {"norm": []}}},
    ],
)  # fmt: skip
def test_data_that_is_no_health_is_refused(change):
    with pytest.raises(TypeError, match="health"):
        Record.from_dict(RECORD.to_dict() | {"health": HEALTH | change})


@pytest.mark.parametrize("health", [{}, [], "well", 3])
def test_health_without_its_parts_is_refused(health):
    with pytest.raises(TypeError, match="health"):
        Record.from_dict(RECORD.to_dict() | {"health": health})


@pytest.mark.parametrize(
    "odd",
    [
        {"epoch": 1.5}, {"epoch": float("inf")}, {"epoch": -1}, {"updates": True}, {"updates": 2**63},
        {"loss": 10**400}, {"metrics": {"accuracy": -(10**400)}}, {"learning_rate": "0.1"}, {"seconds": None},
        {"validation": {}}, {"validation": {"accuracy": 0.5}},
    ],
    ids=repr,
)  # fmt: skip
def test_a_record_with_values_that_no_epoch_has_is_refused(odd):
    with pytest.raises(TypeError):
        Record.from_dict(RECORD.to_dict() | odd)


def test_a_record_of_a_run_that_diverged_is_one():
    odd = {"loss": float("inf"), "metrics": {"rmse": float("nan")}, "learning_rate": 0}
    assert Record.from_dict(RECORD.to_dict() | odd).loss == float("inf")


def test_a_notebook_shows_its_numbers():
    html = Record(3, 30, loss=0.5, penalty=0.0, objective=0.5, metrics={"<b>": 0.25})._repr_html_()
    assert "Record of epoch 3" in html and "&lt;b&gt;" in html and "0.2500" in html


def test_a_column_is_known_by_its_name_and_by_that_of_keras():
    columns = ["loss", "validation_loss", "val_own"]
    assert [column_of(name, columns) for name in columns] == columns
    assert column_of("val_loss", columns) == "validation_loss"
    for name, said in (
        ("val_accuracy", "a record has no 'val_accuracy'; it has loss, validation_loss, val_own"),
        ("accuracy", "a record has no 'accuracy'; it has loss, validation_loss, val_own"),
        (3, "a record has no 3; it has loss, validation_loss, val_own"),
    ):
        with pytest.raises(errors.UnknownNameError) as caught:
            column_of(name, columns)
        assert str(caught.value).startswith(said)


def test_best_is_true_or_false():
    assert Record.from_dict(RECORD.to_dict() | {"best": True}).best is True
    with pytest.raises(TypeError, match="whether an epoch is the best is true or false, not 'yes'"):
        Record.from_dict(RECORD.to_dict() | {"best": "yes"})


@pytest.mark.parametrize("name", ["epoch", "updates"])
def test_counts_are_from_0_to_what_64_bits_hold(name):
    for count in (0, 2**63 - 1):
        assert getattr(Record.from_dict(RECORD.to_dict() | {name: count}), name) == count
