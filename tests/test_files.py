"""Files are written whole or not at all, and a damaged one is recognised."""

import json
import os
import tracemalloc

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load as load_safetensors
from safetensors.numpy import save as save_safetensors

from bprop import errors, files
from bprop.files import KEY, KINDS, read_tensors, write_atomically, write_tensors

ARRAYS = {"a": np.arange(6.0).reshape(2, 3), "b": np.ones(3, "float32"), "s": np.array(2.5), "none": np.zeros((0, 2))}
META = {"format": 1, "who": "é", "list": [1, 2.5, None], "nan": float("nan")}


def written(tmp_path):
    path = tmp_path / "file.bprop"
    write_tensors(path, ARRAYS, META)
    return path


# --- writing ---


def test_a_written_file_is_alone_in_its_folder(tmp_path):
    write_atomically(tmp_path / "f", b"new")
    assert (tmp_path / "f").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["f"]


def test_a_file_is_replaced(tmp_path):
    (tmp_path / "f").write_bytes(b"something longer")
    write_atomically(tmp_path / "f", b"new")
    assert (tmp_path / "f").read_bytes() == b"new"


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()])
def test_an_error_half_way_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, call, error):
    path = tmp_path / "f"
    path.write_bytes(b"old")

    def fail(*args):
        raise error

    monkeypatch.setattr(os, call, fail)
    expected = errors.ModelFileError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected):
        write_atomically(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["f"]


def test_a_full_disk_is_named(tmp_path, monkeypatch):
    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(errors.ModelFileError, match=r"cannot write .*f: No space left on device; nothing was changed"):
        write_atomically(tmp_path / "f", b"new")


def test_a_folder_that_cannot_be_flushed_is_no_error(tmp_path, monkeypatch):
    flush = os.fsync

    def only_files(descriptor):
        if os.fstat(descriptor).st_mode & 0o040000:
            raise OSError(22, "Invalid argument")
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", only_files)
    write_atomically(tmp_path / "f", b"new")
    assert (tmp_path / "f").read_bytes() == b"new"


def test_a_folder_whose_flush_fails_is_an_error_and_the_new_file_is_there(tmp_path, monkeypatch):
    flush = os.fsync

    def only_files(descriptor):
        if os.fstat(descriptor).st_mode & 0o040000:
            raise OSError(5, "Input/output error")
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", only_files)
    with pytest.raises(errors.ModelFileError, match=r"f may not outlive a crash: Input/output error"):
        write_atomically(tmp_path / "f", b"new")
    assert (tmp_path / "f").read_bytes() == b"new"


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="the system does not list open files")
def test_writing_leaves_no_file_open(tmp_path, monkeypatch):
    def fail(*args):
        raise OSError(28, "No space left on device")

    before = sorted(os.listdir("/proc/self/fd"))
    write_atomically(tmp_path / "f", b"new")
    with monkeypatch.context() as patch, pytest.raises(errors.ModelFileError):
        patch.setattr(os, "fsync", fail)
        write_atomically(tmp_path / "f", b"newer")
    assert sorted(os.listdir("/proc/self/fd")) == before


def test_a_missing_folder_is_a_clear_error(tmp_path):
    with pytest.raises(errors.ModelFileError, match=r"cannot write .*No such file"):
        write_atomically(tmp_path / "missing" / "f", b"new")


def test_a_folder_is_not_overwritten(tmp_path):
    (tmp_path / "f").mkdir()
    with pytest.raises(errors.ModelFileError, match="cannot write"):
        write_atomically(tmp_path / "f", b"new")
    assert os.listdir(tmp_path) == ["f"]


def test_notes_that_are_not_plain_data_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(errors.ModelFileError, match="plain data"):
        write_tensors(tmp_path / "f", ARRAYS, {"notes": object()})
    assert os.listdir(tmp_path) == []


def test_longdouble_is_refused_before_anything_is_written(tmp_path):
    if np.dtype(np.longdouble).itemsize == 8:
        pytest.skip("longdouble is float64 here")
    with pytest.raises(errors.ModelFileError, match="longdouble"):
        write_tensors(tmp_path / "f", {"a": np.ones(3, np.longdouble)}, META)
    assert os.listdir(tmp_path) == []


# --- there and back ---


def test_arrays_and_meta_come_back(tmp_path):
    arrays, meta = read_tensors(written(tmp_path))
    assert arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        assert arrays[name].shape == array.shape
        np.testing.assert_array_equal(arrays[name], array)
    assert np.isnan(meta.pop("nan"))
    assert meta == {key: value for key, value in META.items() if key != "nan"}


def test_arrays_that_are_views_are_written_as_they_read(tmp_path):
    whole = np.arange(12.0).reshape(3, 4)
    write_tensors(tmp_path / "f", {"t": whole.T, "c": whole[:, ::2]}, {})
    arrays, _ = read_tensors(tmp_path / "f")
    np.testing.assert_array_equal(arrays["t"], whole.T)
    np.testing.assert_array_equal(arrays["c"], whole[:, ::2])


def test_the_same_content_gives_the_same_bytes(tmp_path):
    write_tensors(tmp_path / "one", ARRAYS, META)
    write_tensors(tmp_path / "two", ARRAYS, META)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_the_header_of_a_file_has_no_blanks_between_its_entries(tmp_path):
    write_tensors(tmp_path / "f", {"a": np.ones(2)}, {})
    content = (tmp_path / "f").read_bytes()
    header = content[8 : 8 + int.from_bytes(content[:8], "little")].rstrip()
    tensor = json.loads(header)["a"]
    assert json.dumps(tensor, separators=(",", ":")).encode() in header


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_number_is_read_by_safetensors_as_it_was_written(tmp_path, kind):
    if kind == "complex64":
        pytest.importorskip("safetensors", minversion="0.7")  # older ones know no complex numbers
    arrays = {"b": np.arange(7).astype(kind), "a": np.arange(6).reshape(2, 1, 3).astype(kind), "": np.array(1, kind)}
    (tmp_path / "f").write_bytes(b"".join(files.safetensors_of(arrays, {"who": "é"})))
    with safe_open(tmp_path / "f", framework="numpy") as file:
        assert file.metadata() == {"who": "é"}
    found = load_safetensors((tmp_path / "f").read_bytes())
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_numbers_stand_at_multiples_of_their_size(tmp_path):
    arrays = {f"{kind} {size}": np.zeros(size, kind) for kind in KINDS for size in (1, 3)}
    head = b"".join(part for part in files.safetensors_of(arrays, {}) if isinstance(part, bytes))
    header = json.loads(head[8:])
    assert len(head) % 8 == 0
    for name, array in arrays.items():
        assert header[name]["data_offsets"][0] % array.dtype.itemsize == 0


@pytest.mark.parametrize("array", [np.array(["text"]), np.array([None]), np.zeros(2, "datetime64[s]")])
def test_an_array_without_numbers_is_refused_before_anything_is_written(tmp_path, array):
    with pytest.raises(errors.ModelFileError, match=r"'a' is .*, which the file format does not know"):
        write_tensors(tmp_path / "f", {"a": array}, META)
    assert os.listdir(tmp_path) == []


def test_writing_copies_nothing_large(tmp_path):
    arrays = {"a": np.zeros(1_000_000), "b": np.zeros((1000, 1000), "float32")}
    write_tensors(tmp_path / "f", arrays, META)  # what is imported once
    tracemalloc.start()
    write_tensors(tmp_path / "f", arrays, META)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 500_000


def test_the_version_is_read_once_and_saving_works_without_it(monkeypatch):
    calls = []

    def failing(name):
        calls.append(name)
        raise OSError(24, "Too many open files")

    files._installed_version.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr("importlib.metadata.version", failing)
        assert files.bprop_version() == "unknown"
    version = files.bprop_version()
    monkeypatch.setattr("importlib.metadata.version", failing)
    assert files.bprop_version() == version
    assert len(calls) == 1


# --- damage ---


def test_a_file_cut_anywhere_is_a_damaged_one(tmp_path):
    path = written(tmp_path)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(errors.ModelFileError):
            read_tensors(path)


@pytest.mark.parametrize("change", [0x01, 0x80, 0xFF])
def test_a_byte_changed_anywhere_is_noticed(tmp_path, change):
    path = written(tmp_path)
    content = path.read_bytes()
    harmless = 0
    for position in range(len(content)):
        path.write_bytes(content[:position] + bytes([content[position] ^ change]) + content[position + 1 :])
        try:
            arrays, meta = read_tensors(path)
        except errors.ModelFileError as error:
            assert str(path) in str(error)
        else:  # white space, say: then nothing that counts has changed
            harmless += 1
            assert json.dumps(meta) == json.dumps(META)
            for name, array in ARRAYS.items():
                np.testing.assert_array_equal(arrays[name], array)
    assert harmless < 0.02 * len(content)


NOISE = np.random.default_rng(0).bytes(1000)  # fixed: the processes of a test run must name it alike


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"\xff" * 100, b"PK\x03\x04", b"{}" * 50, NOISE])
def test_a_file_that_was_never_a_model_is_refused(tmp_path, content):
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(errors.ModelFileError, match="not a model file"):
        read_tensors(tmp_path / "f")


def test_another_programs_safetensors_file_is_refused(tmp_path):
    (tmp_path / "f").write_bytes(save_safetensors({"a": np.ones(3)}))
    with pytest.raises(errors.ModelFileError, match="not one of bprop's"):
        read_tensors(tmp_path / "f")


def test_meta_that_is_no_json_is_refused(tmp_path):
    for text in ("{", "[" * 100_000):
        (tmp_path / "f").write_bytes(save_safetensors({"a": np.ones(3)}, metadata={KEY: text}))
        with pytest.raises(errors.ModelFileError):
            read_tensors(tmp_path / "f")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(errors.ModelFileError, match=r"nowhere\.bprop: there is no such file"):
        read_tensors(tmp_path / "nowhere.bprop")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(errors.ModelFileError, match="no such file"):
        read_tensors(tmp_path)


def test_arrays_in_another_byte_order_are_written_in_that_of_the_machine(tmp_path):
    for order in "<>":
        given = {name: array.astype(array.dtype.newbyteorder(order)) for name, array in ARRAYS.items()}
        write_tensors(tmp_path / "f", given, META)
        arrays, _ = read_tensors(tmp_path / "f")
        for name, array in ARRAYS.items():
            np.testing.assert_array_equal(arrays[name], array)
            assert arrays[name].dtype == array.dtype


def test_a_file_that_the_system_cannot_read_says_so(tmp_path, monkeypatch):
    import safetensors

    def fail(*args, **settings):
        raise OSError(5, "Input/output error")

    path = written(tmp_path)
    monkeypatch.setattr(safetensors, "safe_open", fail)
    with pytest.raises(errors.UnreadableError, match=r"cannot read .*file\.bprop: Input/output error"):
        read_tensors(path)


@pytest.mark.parametrize(("call", "number"), [("open", 13), ("stat", 13), ("open", 24)])
def test_a_file_that_may_not_be_read_is_there(tmp_path, monkeypatch, call, number):
    """As root everything may be read: so the system's answer is stood in for."""
    path, real = written(tmp_path), getattr(os, call)

    def refused(name, *rest):
        if os.fspath(name) == os.fspath(path):
            raise OSError(number, os.strerror(number), name)
        return real(name, *rest)

    monkeypatch.setattr(os, call, refused)
    said = os.strerror(number).lower()
    with pytest.raises(errors.UnreadableError, match=rf"file\.bprop: cannot be read: {said}"):
        read_tensors(path)


def test_a_file_for_which_there_is_no_memory_is_not_called_damaged(tmp_path, monkeypatch):
    import safetensors

    def short(*args, **settings):
        raise MemoryError

    path = written(tmp_path)
    monkeypatch.setattr(safetensors, "safe_open", short)
    with pytest.raises(errors.UnreadableError, match=r"file\.bprop: cannot be read: not enough memory"):
        read_tensors(path)
