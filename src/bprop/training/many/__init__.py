"""Many networks of one architecture, trained together: `train_many(graph, data, seeds=range(8))` gives fits."""

from bprop.training.many.networks import train_many

__all__ = ["train_many"]
