"""`bp.load`: the model in a file."""

from __future__ import annotations

import os
from collections.abc import Iterable

from bprop import model as models
from bprop.box import Box
from bprop.model import Model
from bprop.sources.preparation import is_noted


def load(path: str | os.PathLike[str], boxes: Iterable[type[Box]] = ()) -> Model:
    """The model in a file. Nothing in the file is executed or imported.

    A model of a table (of `bprop train`, `table.fit`, or a TableClassifier) takes DataFrames: see `bprop.TableModel`.

    boxes : classes of your own that the graph uses, if this process has not defined them yet.

    Raises ModelFileError for a file that is missing, damaged, newer than this bprop, or made of unknown boxes;
    UnreadableError for a file that may not be read, or that does not fit into memory.

    Examples
    --------
    >>> graph = bp.mlp([2, 4, 2])
    >>> bp.save("net.bprop", bp.Model(graph, graph.init(seed=0)))
    >>> bp.load("net.bprop").predict(x=[[0.5, 1.0]]).shape
    (1, 2)
    """
    model = models.load(path, boxes)
    if not is_noted(model.notes):
        return model
    from bprop.tables.model import TableModel  # other models need none of what it imports

    return TableModel.of(model)
