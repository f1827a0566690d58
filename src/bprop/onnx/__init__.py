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
from bprop.model import Model
from bprop.onnx.export import Export
from bprop.onnx.table import of_table
from bprop.sources.preparation import KEY

ML_OPSET = 2
IR = {13: 7, 20: 9}
"""The version of the format that goes with a set of operators."""


def to_onnx(model: Model, path: str | os.PathLike | None = None, *, encoders: bool = True) -> Any:
    """The model as an onnx.ModelProto, written to `path` if given.

    Inputs are float32 (int64 where they are whole numbers), with any number of rows N; outputs have the names of the
    graph's. They are float64 where the model computes in it, and where float32 would round away differences: in columns
    far from 0, such as times in milliseconds. The model's notes are in the metadata, as JSON, under "bprop".

    Of a model that `bprop train` made from a table, there is an input (N,) for each column, as it stands in the table:
    float32 or float64 for numbers, NaN where missing; text for categories and yes or no, "" where missing; int64 for
    dates, seconds since 1970, the least int64 (NaT) where missing. The outputs are named after the columns that are
    predicted; of a class there are also the "probabilities" (hinge: "scores") of all, in the order of the notes.
    encoders=False leaves all this out: what goes in is the encoded table, before it is scaled.

    Cells of text are read as `bprop predict` reads them, blanks around them apart, which takes operators of 2024 (ONNX
    Runtime 1.17). The runtime refuses, with an error that names the column, cells of a column of yes and no that are
    neither, numbers too large for the network, and, in columns that are embedded, cells with blanks around them. The
    file says so itself (doc_string).

    Raises MissingPackageError without the package onnx, UnsupportedError for a box without ONNX operators, GraphError
    for a graph without outputs, DataError for damaged notes, ModelFileError where the file cannot be written.
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingPackageError("exporting needs the package onnx: pip install 'bprop[onnx]'") from error
    if not isinstance(model, Model):
        raise ModelFileError(f"to_onnx(model) exports a fit or a model, not {type(model).__name__}")
    export = of_table(onnx, model) if encoders and KEY in model.notes else Export(onnx, model)
    graph = export.graph()
    domains = {"": export.opset, **({"ai.onnx.ml": ML_OPSET} if export.uses_ml else {})}
    made = onnx.helper.make_model(
        graph, doc_string=export.says, producer_name="bprop", producer_version=bprop_version(),
        ir_version=IR[export.opset],
        opset_imports=[onnx.helper.make_opsetid(domain, version) for domain, version in domains.items()],
    )  # fmt: skip
    onnx.helper.set_model_props(made, {"bprop": json.dumps(model.notes, default=str)})
    if path is not None:
        try:
            content = made.SerializeToString()
        except ValueError as error:  # protobuf's limit of 2 GiB
            raise ModelFileError(f"cannot write {path}: {error}") from error
        write_atomically(path, content)
    return made
