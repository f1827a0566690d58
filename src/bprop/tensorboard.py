"""A callback that writes scalars, histograms of the parameters and the graph for TensorBoard, through tensorboardX."""

from __future__ import annotations

import errno
import os
import re
import struct
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from socket import gethostname
from time import time
from typing import Any

import numpy as np

from bprop.console import say
from bprop.disk.special import write_all
from bprop.errors import MissingPackageError, SettingError
from bprop.graph import Graph
from bprop.health import Budget
from bprop.model import Model
from bprop.notebook import Described
from bprop.record import Record
from bprop.visible import visible

MOST = 100_000
"""A histogram shows at most so many elements of a parameter, evenly spaced."""
BINS = 30


class TensorBoard(Described):
    """A callback of `bp.train` that writes an event file: bp.train(..., callbacks=[bp.TensorBoard("runs/first")]).

    It writes after each epoch: loss, penalty, objective, metrics, the validation set's loss and metrics, the learning
    rate, examples per second, and the health if training records it. It writes a histogram of every parameter as often
    as that takes less than a fiftieth of the time. It writes the graph once, one node a box. The file is complete and
    closed between two epochs. To see it: tensorboard --logdir runs

    folder : the folder of the event file; it is made if it does not exist. A resumed run adds a file to it.
    histograms : False writes no histograms.

    Raises MissingPackageError without tensorboardX, SettingError for a folder that cannot be made or written to. If
    writing fails later, during training, a message says so and training goes on.

    >>> callback = bp.TensorBoard("runs/first", histograms=False)
    >>> graph, data = bp.mlp([2, 2]), {"x": np.eye(2), "y": [0, 1]}
    >>> fit = bp.train(graph, data, epochs=2, callbacks=[callback], engine="numpy", progress=False)
    >>> import os
    >>> len(os.listdir("runs/first"))
    1
    """

    folder: Path
    budget: Budget

    def __init__(self, folder: str | os.PathLike[str], *, histograms: bool = True):
        try:
            import tensorboardX  # noqa: F401 (a missing package is an error before any work)
        except ImportError as error:
            raise MissingPackageError("TensorBoard needs tensorboardX: pip install 'bprop[tensorboard]'") from error
        self.folder, self.budget = Path(folder), Budget()
        self.histograms = histograms
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not os.access(self.folder, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            raise SettingError(self._refusal(error)) from error
        self._path: Path | None = None
        self._begun = self._failing = False

    def __call__(self, record: Record, fit: Model) -> None:
        """Write the events of an epoch."""
        from tensorboardX.summary import scalar

        proto = import_module("tensorboardX.proto.summary_pb2")
        numbers = [value for tag, number in scalars(record) for value in scalar(tag, np.asarray(number)).value]
        events = [self._event(record.epoch, summary=proto.Summary(value=numbers))]
        if self.histograms and self.budget.allows:
            with self.budget.spending():
                parts = (histogram(name, array) for name, array in fit.params.items())
                events += [self._event(record.epoch, summary=part) for part in parts if part is not None]
        if not self._begun:
            events = [*self._beginning(record.epoch, fit.graph), *events]
        try:
            self._append(b"".join(map(framed, events)))
            self._failing = False
        except OSError as error:  # a full disk ends no training
            if not self._failing:
                say(
                    f"bprop: {visible(self._refusal(error))}; training goes on, but the file lacks epochs from "
                    f"{record.epoch} on until writing works again", error=True,
                )  # fmt: skip
            self._failing = True

    def _refusal(self, error: OSError) -> str:
        return f"no event file can be written to {self.folder}: {error.strerror or error}"

    def _append(self, content: bytes) -> None:
        """Add all records to the file, or none. Raises OSError."""
        if self._path is None:  # a name of no other run, not even in another container
            name = f"events.out.tfevents.{int(time())}.{gethostname()}.{os.getpid()}.{os.urandom(4).hex()}"
            with open(self.folder / name, "xb"):
                self._path = self.folder / name
        with open(self._path, "ab", buffering=0) as file:
            before = file.tell()
            try:
                write_all(file.fileno(), [content])
            except BaseException:
                file.truncate(before)  # readers stop at half a record
                raise
        self._begun = True

    def _beginning(self, epoch: int, graph: Graph) -> list[Any]:
        log = import_module("tensorboardX.proto.event_pb2").SessionLog
        return [
            self._event(0, file_version="brain.Event:2"),
            self._event(epoch, session_log=log(status=log.START)),  # later epochs of an earlier run are void
            self._event(0, graph_def=graph_def(graph).SerializeToString()),
        ]

    def _event(self, epoch: int, **what: Any) -> Any:
        return import_module("tensorboardX.proto.event_pb2").Event(wall_time=time(), step=epoch, **what)


def framed(event: Any) -> bytes:
    """An event as bytes of the file: length, checksum of the length, data, checksum of the data."""
    from tensorboardX.record_writer import masked_crc32c

    data = event.SerializeToString()
    length = struct.pack("<Q", len(data))
    sums = (struct.pack("<I", masked_crc32c(part)) for part in (length, data))
    return b"".join((length, next(sums), data, next(sums)))


def histogram(name: str, array: np.ndarray) -> Any:
    """The histogram of a parameter, from at most MOST elements; None if one of them is NaN or infinite."""
    from tensorboardX import summary

    elements = array.reshape(-1)[:: max(1, -(-array.size // MOST))]
    if not np.isfinite(elements).all():
        return None
    return summary.histogram(f"parameters/{name}", elements, BINS)


def scalars(record: Record) -> Iterator[tuple[str, float]]:
    """(tag, value) of each number of a record. Tags: loss/train, accuracy/validation, box_gradient_norm/h1, ..."""
    yield "loss/train", record.loss
    yield "loss/objective", record.objective
    yield "loss/penalty", record.penalty
    for name, value in record.metrics.items():
        yield f"{name}/train", value
    for name, value in (record.validation or {}).items():
        yield f"{name}/validation", value
    if record.learning_rate is not None:
        yield "training/learning_rate", record.learning_rate
    yield "training/examples_per_second", record.examples_per_second
    health = record.health or {"boxes": {}, "parameters": {}}
    for kind, table in (("box", health["boxes"]), ("parameter", health["parameters"])):
        for name, row in table.items():
            for what, value in row.items():
                if value is not None:
                    yield f"{kind}_{what}/{name}", value


def graph_def(graph: Graph) -> Any:
    """The graph as TensorBoard reads it: one node a box, with the same names and links, shapes and hyper-parameters."""
    AttrValue, TensorShapeProto, NodeDef, GraphDef, VersionDef = (
        getattr(import_module(f"tensorboardX.proto.{module}_pb2"), name)
        for module, name in (
            ("attr_value", "AttrValue"), ("tensor_shape", "TensorShapeProto"), ("node_def", "NodeDef"),
            ("graph", "GraphDef"), ("versions", "VersionDef"),
        )
    )  # fmt: skip
    nodes = []
    for box in graph.order:
        sizes = [TensorShapeProto.Dim(size=-1 if dim == "N" else dim) for dim in box.dims]
        shapes = AttrValue.ListValue(shape=[TensorShapeProto(dim=sizes)])
        attributes = {"_output_shapes": AttrValue(list=shapes)}
        attributes |= {key: AttrValue(s=f"{value!r:.200}".encode()) for key, value in box.hyper.items()}
        children = [node_name(graph.names[child]) for child in box.children]
        nodes.append(NodeDef(name=node_name(graph.names[box]), op=type(box).__name__, input=children, attr=attributes))
    return GraphDef(node=nodes, versions=VersionDef(producer=22))


def node_name(name: str) -> str:
    """The name of a box, with the letters that TensorBoard allows in names of nodes."""
    plain = re.sub(r"[^A-Za-z0-9_./-]", "_", name)
    return plain if plain[:1].isalnum() else f"box{plain}"
