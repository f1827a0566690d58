"""The event file is read back, record by record, and holds what the records say."""

import builtins
import os
import struct

import numpy as np
import pytest

import bprop as bp
from bprop import Record, errors
from bprop.tensorboard import TensorBoard, graph_def, node_name, scalars

X = np.random.default_rng(0).normal(size=(60, 4))
DATA = {"x": X, "y": (X[:, 0] > 0).astype(int)}


@pytest.fixture
def tensorboardx():
    return pytest.importorskip("tensorboardX", reason="event files are written by tensorboardX")


def crc32c(data):
    """The checksum of the records, as their format masks it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def events(folder):
    """The events of all files of a folder: length, its checksum, data, its checksum."""
    from tensorboardX.proto.event_pb2 import Event

    found = []
    for path in sorted(folder.iterdir()):
        content, at = path.read_bytes(), 0
        while at < len(content):
            (length,) = struct.unpack_from("<Q", content, at)
            data = content[at + 12 : at + 12 + length]
            assert struct.unpack_from("<I", content, at + 8)[0] == crc32c(content[at : at + 8])
            assert struct.unpack_from("<I", content, at + 12 + length)[0] == crc32c(data)
            found.append(Event.FromString(data))
            at += length + 16
    return found


def values(found):
    """{tag: {epoch: scalar or histogram}}."""
    tags = {}
    for event in found:
        for value in event.summary.value:
            what = value.histo if value.HasField("histo") else value.simple_value
            tags.setdefault(value.tag, {})[event.step] = what
    return tags


def train(folder, **settings):
    given = {"epochs": 3, "batch_size": 10, "engine": "numpy", "progress": False, "validation": 0.2, "health": True}
    callback = TensorBoard(folder, **settings.pop("board", {}))
    return bp.train(bp.mlp([4, 5, 2], dropout=0.1), DATA, callbacks=[callback], **given | settings)


def test_every_number_of_every_record_is_there(tensorboardx, tmp_path):
    fit = train(tmp_path / "runs" / "first")
    tags = values(events(tmp_path / "runs" / "first"))
    for record in fit.history:
        for tag, value in scalars(record):
            assert tags[tag][record.epoch] == pytest.approx(value, rel=1e-6)
    expected = {"loss/train", "loss/validation", "accuracy/train", "accuracy/validation", "training/learning_rate"}
    assert expected | {"box_gradient_norm/h1", "parameter_update_ratio/W1"} <= set(tags)


def test_the_histograms_count_the_elements_of_the_parameters(tensorboardx, tmp_path):
    fit = train(tmp_path)
    tags = values(events(tmp_path))
    histogram = tags["parameters/W1"][1]
    assert histogram.num == 20
    assert sum(histogram.bucket) == 20
    assert set(fit.params) == {tag.removeprefix("parameters/") for tag in tags if tag.startswith("parameters/")}
    last = max(tags["parameters/W1"])
    if last == 3:
        assert tags["parameters/W1"][3].min == pytest.approx(fit.params["W1"].min())


def test_histograms_can_be_left_out_and_large_ones_are_of_some_elements(tensorboardx, tmp_path):
    train(tmp_path / "none", board={"histograms": False})
    assert not any(tag.startswith("parameters") for tag in values(events(tmp_path / "none")))
    callback = TensorBoard(tmp_path / "large")
    model = bp.train(bp.mlp([4, 5, 2]), DATA, epochs=1, engine="numpy", progress=False)
    model.params = {"W1": np.arange(250_000.0), "b1": np.array([np.nan])}
    callback(model.history[0], model)
    tags = values(events(tmp_path / "large"))
    assert 80_000 < tags["parameters/W1"][1].num <= 100_000
    assert "parameters/b1" not in tags


def test_the_graph_has_a_node_a_box(tensorboardx, tmp_path):
    fit = train(tmp_path)
    from tensorboardX.proto.graph_pb2 import GraphDef

    (content,) = [event.graph_def for event in events(tmp_path) if event.graph_def]
    nodes = {node.name: node for node in GraphDef.FromString(content).node}
    assert set(nodes) == set(fit.graph.boxes)
    assert list(nodes["a1"].input) == ["x", "W1", "b1"]
    assert nodes["a1"].op == "Linear"
    assert [dim.size for dim in nodes["h1"].attr["_output_shapes"].list.shape[0].dim] == [-1, 5]
    assert nodes["d1"].attr["rate"].s == b"0.1"


def test_the_file_is_whole_after_each_epoch_and_a_resumed_run_adds_one(tensorboardx, tmp_path):
    counts = []
    board = TensorBoard(tmp_path)
    bp.train(
        bp.mlp([4, 5, 2]), DATA, epochs=3, engine="numpy", progress=False,
        callbacks=[board, lambda record, fit: counts.append(len(values(events(tmp_path))["loss/train"]))],
    )  # fmt: skip
    assert counts == [1, 2, 3]
    starts = [event.step for event in events(tmp_path) if event.HasField("session_log")]
    assert starts == [1]


def test_scalars_without_validation_rate_and_health():
    tags = dict(scalars(Record(1, 10, 0.5, 0.0, 0.5)))
    assert tags == {"loss/train": 0.5, "loss/objective": 0.5, "loss/penalty": 0.0, "training/examples_per_second": 0.0}


@pytest.mark.parametrize(
    ("name", "node"), [("h1", "h1"), ("first layer", "first_layer"), ("_x", "box_x"), ("é", "box_")]
)
def test_names_have_the_letters_that_nodes_may_have(name, node):
    assert node_name(name) == node


def test_every_kind_of_box_can_be_shown(tensorboardx):
    x = bp.Input("x", (4, 4))
    graph = bp.Graph(outputs={"f": bp.reshape(x[:, 1:, ::2] * np.ones((3, 2)), (-1, 6))})
    assert len(graph_def(graph).node) == len(graph.boxes)


def test_a_folder_that_cannot_be_is_refused(tensorboardx, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.SettingError, match="no event file can be written"):
        TensorBoard(tmp_path / "file")


def test_a_folder_without_permission_is_refused(tensorboardx, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(errors.SettingError, match=r"no event file can be written to .*: Permission denied"):
        TensorBoard(tmp_path / "new")


def test_a_disk_that_stays_full_is_said_once(tensorboardx, tmp_path, monkeypatch, capsys):
    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(TensorBoard, "_append", full)
    train(tmp_path / "runs", epochs=6)
    assert capsys.readouterr().err.count("the file lacks epochs from 1 on") == 1


class Full:
    """A disk on which the n-th writing stops after a few bytes."""

    def __init__(self, monkeypatch, fails):
        self.calls, self.fails, self.real = 0, fails, os.write
        monkeypatch.setattr("bprop.disk.special.os.write", self.write)

    def write(self, descriptor, content):
        if os.readlink(f"/proc/self/fd/{descriptor}").rpartition("/")[2].startswith("events.out"):
            self.calls += 1
            if self.calls in self.fails:
                raise OSError(28, "No space left on device")
            if self.calls + 1 in self.fails:
                return self.real(descriptor, content[: len(content) // 2])
        return self.real(descriptor, content)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="the system does not list open files")
@pytest.mark.parametrize("fails", [(1,), (3,)])
def test_a_full_disk_ends_no_training_and_leaves_no_half_record(tensorboardx, tmp_path, monkeypatch, capsys, fails):
    Full(monkeypatch, fails)
    x, w = bp.Input("x"), bp.Parameter("w", ())
    fit = bp.train(
        bp.Graph(loss=bp.square(w * x - 1)), {"x": np.ones(8)}, epochs=5, engine="numpy", progress=False,
        callbacks=[TensorBoard(tmp_path, histograms=False)],
    )  # fmt: skip
    assert len(fit.history) == 5
    assert "No space left on device; training goes on, but the file lacks epochs from" in capsys.readouterr().err
    steps = {event.step for event in events(tmp_path) if event.HasField("summary")}
    assert len(steps) == 4


def test_two_runs_in_one_folder_have_files_of_their_own(tensorboardx, tmp_path, monkeypatch):
    monkeypatch.setattr("bprop.tensorboard.time", lambda: 1.0)
    for _ in range(2):
        TensorBoard(tmp_path)(Record(1, 10, 0.5, 0.0, 0.5), bp.Model(bp.Graph(outputs={"f": bp.Input("x") * 2}), {}))
    assert len(list(tmp_path.iterdir())) == 2


def test_without_tensorboardx_the_extra_is_named(monkeypatch, tmp_path):
    real = builtins.__import__

    def without(name, *rest):
        if name.partition(".")[0] == "tensorboardX":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(errors.MissingPackageError, match=r"bprop\[tensorboard\]"):
        TensorBoard(tmp_path)
