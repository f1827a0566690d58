"""Batches from anywhere: iterables, data sets of other libraries, tables in memory; and functions that change them."""

from bprop.batches.augmented import Augment, read_augment
from bprop.batches.feed import Feed
from bprop.batches.keeping import kept
from bprop.batches.opening import Opened, opened
from bprop.batches.predicting import is_batches, predicted
from bprop.batches.source import InMemory, Source

__all__ = [
    "Augment",
    "Feed",
    "InMemory",
    "Opened",
    "Source",
    "is_batches",
    "kept",
    "opened",
    "predicted",
    "read_augment",
]
