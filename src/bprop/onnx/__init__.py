"""ONNX: a model as a file that other programs run. `to_onnx(model, "net.onnx")`.

The file holds the graph of the outputs outside training, in the precision of the model: dropout is the identity, and
batch normalisation uses its running averages. The scaling of inputs and outputs is a part of it, in float64. For a
model of a table the encoding of the columns is a part of it too (`table`, `encoders`).

Every box is translated from its fprop: `arrays` runs fprop on arrays without values, `operations` keeps what it did,
`translate` has an ONNX operator for each operation. A box may write its operators itself (`tensor`).
"""

from __future__ import annotations

import json
import os
from typing import Any

from bprop.errors import MissingPackageError, ModelFileError
from bprop.files import bprop_version, write_atomically
from bprop.onnx.answer import of_arrays
from bprop.onnx.export import Export
from bprop.onnx.table import of_table
from bprop.sources.preparation import KEY
from bprop.trained import as_model

ML_OPSET = 2
IR = {13: 7, 20: 9}
"""The version of the file format for each version of the operators."""


def to_onnx(model: Any, path: str | os.PathLike[str] | None = None, *, encoders: bool = True) -> Any:
    """The model as an onnx.ModelProto, also written to the file `path` if there is one.

    model : a fit, a model, or an estimator of bprop that is fitted.

    Inputs are float32 (int64 for whole numbers) and have any number of rows N. Outputs have the names of the graph's
    outputs. Both are float64 if the model computes in float64, or if float32 would round away differences: in columns
    far from 0, such as times in milliseconds. The metadata holds the model's notes, as JSON, under "bprop".

    A classifier also has the outputs "label" (N,), the class itself: int64 or text; and "probabilities" (N, C), in the
    order of the classes (0, 1, ... where the notes name none). Of one probability p these are (1 - p, p). Of several
    labels an example both are (N, K). These are skl2onnx's names, and what it gives with zipmap=False. The model of an
    estimator has them in the place of its graph's output, and that of a regressor has "variable" (N, K).

    A model that `bprop train` made from a table has an input (N,) for each column, with cells as in the table: float32
    or float64 for numbers, NaN for missing ones; text for categories and for yes or no, "" for missing ones; int64 for
    dates (seconds since 1970, in UTC), the least int64 (NaT) for missing ones; seconds for times of day (since
    midnight) and durations, NaN for missing ones. The outputs have the names of the predicted columns. A classifier
    also has the output "probabilities" (hinge: "scores") of all classes, in the order of the notes. With
    encoders=False, the input is the encoded table before it is scaled.

    Text is read as `bprop predict` reads it, without the blanks around it. This takes operators of 2024 (ONNX Runtime
    1.17). The runtime refuses some cells with an error that names the column: a cell of a yes-or-no column that is
    neither, a number that is too large for the network, and, in embedded columns, a cell with blanks around it. The
    doc_string of the file says so.

    Raises MissingPackageError without the package onnx, UnsupportedError for a box that cannot be written in ONNX,
    GraphError for a graph without outputs, DataError for damaged notes, ModelFileError if the file cannot be written.

    >>> graph = bp.mlp([3, 4, 2])
    >>> proto = bp.to_onnx(bp.Model(graph, graph.init(seed=0)), "net.onnx")
    >>> [one.name for one in proto.graph.input], [one.name for one in proto.graph.output]
    (['x'], ['f', 'label', 'probabilities'])
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingPackageError("exporting needs the package onnx: pip install 'bprop[onnx]'") from error
    model = as_model(model, "to_onnx(model)", ModelFileError)
    if KEY in model.notes:
        export = of_table(onnx, model) if encoders else Export(onnx, model)
    else:
        export = of_arrays(onnx, model)
    graph = export.graph()
    domains = {"": export.opset, **({"ai.onnx.ml": ML_OPSET} if export.uses_ml else {})}
    proto = onnx.helper.make_model(
        graph, doc_string=export.says, producer_name="bprop", producer_version=bprop_version(),
        ir_version=IR[export.opset],
        opset_imports=[onnx.helper.make_opsetid(domain, version) for domain, version in domains.items()],
    )  # fmt: skip
    onnx.helper.set_model_props(proto, {"bprop": json.dumps(model.notes, default=str)})
    if path is not None:
        try:
            content = proto.SerializeToString()
        except ValueError as error:  # protobuf's limit of 2 GiB
            raise ModelFileError(f"cannot write {path}: {error}") from error
        write_atomically(path, content)
    return proto
