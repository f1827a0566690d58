"""The words of a record."""

from dataclasses import replace

from bprop import Record
from bprop.training.measured import measured


def test_each_number_is_of_the_set_that_is_named_before_it():
    record = Record(2, 20, 0.5, 0.0, 0.5, {"accuracy": 0.5})
    assert measured(record) == ["training loss 0.5 accuracy 0.5"]
    watched = replace(record, validation={"loss": 0.75, "accuracy": 0.25})
    assert measured(watched) == ["training loss 0.5 accuracy 0.5", "validation loss 0.75 accuracy 0.25"]
