"""A model of a table in ONNX. Its inputs are the columns as in the table, its outputs are the predicted columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.boxes import Softmax
from bprop.ensembles import SPREAD, spread_name
from bprop.errors import DataError
from bprop.model import Model
from bprop.onnx.encoders import cell_type, encoded
from bprop.onnx.export import Export
from bprop.onnx.tensor import Tensor
from bprop.perceptron import QUANTILES
from bprop.scaling import with_older
from bprop.sources.answer import Answer
from bprop.sources.columns import Categorical, Numeric
from bprop.sources.columns.kind import Kind
from bprop.sources.decision import Decision
from bprop.sources.limits import some
from bprop.sources.preparation import Preparation


def of_table(onnx: Any, model: Model) -> Export:
    """The export of a model whose notes describe its table. Raises DataError for damaged notes."""
    preparation = Preparation.from_notes(model.notes)
    return TableExport(onnx, Model(model.graph, model.params, notes=with_older(model.notes)), preparation)


class TableExport(Export):
    """The export with encoders before the network, and with classes, or values in their own units, after it."""

    answer: Answer
    columns: tuple[str, ...]
    marks: tuple[str, ...]
    kinds: tuple[Kind, ...]
    scope: str

    features: dict[str, Any]

    def __init__(self, onnx: Any, model: Model, preparation: Preparation):
        columns, answer = preparation.columns, preparation.answer
        self.decision: Decision | None = preparation.decision
        super().__init__(onnx, model, {*columns, *answer.columns})
        self.embedded: list[str] = list(preparation.embeddings)
        self.answer, self.columns, self.features = answer, preparation.features, {}
        self.marks, self.kinds = preparation.read.missing, preparation.used
        numbers = []
        for kind in preparation.used:
            self.inputs.append(self.declared(kind.name, cell_type(kind, self), ["N"]))
            features = encoded(self, kind, Tensor(kind.name))
            if kind.name in preparation.embeddings:
                self.features[f"c_{kind.name}"] = features
            else:
                numbers.append(features)
        if numbers:
            self.features["x"] = self.node("Concat", numbers, {"axis": 1})
        self.width: int = len(preparation.scaled)

    @property
    def says(self) -> str:
        stripped = f" Strip the blanks around cells of {', '.join(self.embedded)}: others are refused." * bool(
            self.embedded
        )
        written = [f"{kind.name} ({kind.written})" for kind in self.kinds if isinstance(kind, Numeric) and kind.written]
        composed = any(
            not name.isascii() for kind in self.kinds if isinstance(kind, Categorical) for name in kind.categories
        )
        formats = f" Give numbers without the format of the table: {some(written)}." * bool(written)
        letters = " Give text with composed letters (Unicode NFC)." * composed
        return (
            "Give each column as it stands in the table: numbers, NaN where missing; text (of yes and no, too), '' "
            "where missing; dates as seconds since 1970. A cell that is neither yes nor no, and a number too large for "
            f"the network, end the run with an error that names the column.{stripped}{formats}{letters}"
        )

    def take(self, name: str, box: Box) -> Tensor:
        if name not in self.features or box.dims[1:] != ((self.width,) if name == "x" else ()):
            raise DataError(f"this model is damaged: the columns in its notes do not fit its input {name!r}")
        self.scope = name
        return self.scaled(name, self.features[name]) if name == "x" else self.features[name]

    def is_far_column(self, name: str) -> bool:
        return self.is_far("x", [column == name for column in self.columns])

    def give(self, name: str, box: Box, tensor: Tensor) -> None:
        classes, several = self.answer.classes, self.answer.outputs
        if name in (QUANTILES, spread_name(QUANTILES)):
            self.quantiles(name, box, tensor)
            return
        if box.dims != ("N", several) and not (several == 1 and box.dims == ("N",)):
            raise DataError(f"this model is damaged: the answers in its notes do not fit its output {name!r}")
        self.scope = "answer"
        if name == SPREAD:
            self.spread(tensor)
        elif classes is not None:
            number = decided(self, tensor, self.decision)
            labels = label_array(classes)
            self.answered(
                self.answer.columns[0], self.node("Gather", [self.constant(labels), number], {}), labels.dtype
            )
            self.answered("probabilities" if isinstance(box, Softmax) else "scores", tensor, self.float, several)
        elif self.answer.task == "multilabel":
            self.answered("probabilities", tensor, self.float, several)
        else:
            self.numbers(tensor)

    def spread(self, tensor: Tensor) -> None:
        """Declare the members' deviations: (N, outputs) of probabilities or scores, (N,) for each column of numbers."""
        if self.answer.classes is not None or self.answer.task == "multilabel":
            self.answered(SPREAD, tensor, self.float, self.answer.outputs)
        else:
            self.numbers(tensor, SPREAD, [f"{SPREAD}({column})" for column in self.answer.columns])

    def quantiles(self, name: str, box: Box, tensor: Tensor) -> None:
        """Declare "quantiles(COLUMN)" (N, Q), or (N, K, Q) of several columns, in their own units."""
        width = tuple(size for size in box.dims[1:] if isinstance(size, int))
        if width[:-1] != (() if self.answer.outputs == 1 else (self.answer.outputs,)):
            raise DataError(f"this model is damaged: the answers in its notes do not fit its output {name!r}")
        self.scope = "answer"
        tensor, dtype = self.restored(name, tensor)
        self.answered(f"{name}({', '.join(self.answer.columns)})", tensor, dtype, *width)

    def numbers(self, tensor: Tensor, name: str = "f", columns: Sequence[str] = ()) -> None:
        """Declare an output (N,) for each predicted column, by their own names or by those in `columns`."""
        tensor, dtype = self.restored(name, tensor)
        rows = self.node("Reshape", [tensor, self.constant(np.array([-1, self.answer.outputs], np.int64))], {})
        for k, column in enumerate(columns or self.answer.columns):
            self.answered(column, self.node("Gather", [rows, self.constant(np.array(k))], {"axis": 1}), dtype)

    def answered(self, name: str, tensor: Tensor, dtype: Any, *width: int) -> None:
        """Declare an output. If an input has its name already, it gets another."""
        name = self.free(name) if name not in self.answer.columns else name
        if tensor != name:
            self.nodes.append(self.onnx.helper.make_node("Identity", [tensor], [name], name=f"{name}/Identity"))
        self.outputs.append(self.declared(name, dtype, ["N", *width]))


def label_array(classes: tuple[Any, ...]) -> np.ndarray:
    """Classes as an array: of int64 or float64 if that holds them all, else of text (object)."""
    if all(isinstance(name, int) for name in classes) and all(-(2**63) <= name < 2**63 for name in classes):
        return np.array(classes, np.int64)
    if all(isinstance(name, int | float) and float(name) == name for name in classes):
        return np.array(classes, np.float64)
    return np.array([str(name) for name in classes], dtype=object)


def decided(write: Export, tensor: Tensor, decision: Decision | None) -> Tensor:
    """(N,) the numbers of the classes of (N, C): of two, the positive one from a threshold on, if there is one."""
    if decision is None or decision.threshold is None:
        return write.node("ArgMax", [tensor], {"axis": 1, "keepdims": 0})
    positive = write.node("Gather", [tensor, write.constant(np.array(decision.positive))], {"axis": 1})
    chosen = write.node("GreaterOrEqual", [positive, write.constant(np.array(decision.threshold, write.float))], {})
    one, other = (write.constant(np.array(number)) for number in (decision.positive, 1 - decision.positive))
    return write.node("Where", [chosen, one, other], {})
