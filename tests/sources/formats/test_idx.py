"""The idx format of MNIST."""

import gzip
import struct

import numpy as np
import pytest

from bprop import errors
from bprop.sources.formats import Idx, Source
from bprop.sources.formats.idx import array_of
from bprop.sources.limits import content_of

IMAGES = np.arange(4 * 3 * 2, dtype=np.uint8).reshape(4, 3, 2)
LABELS = np.array([3, 1, 4, 1], dtype=np.uint8)
CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def encoded(array):
    """The bytes of an idx file."""
    code = CODES[array.dtype.str[1:]]
    head = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def write(path, array):
    content = encoded(np.asarray(array))
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def read(path, labels=None):
    return Idx().read(Source(path, content_of(path), lambda: content_of(path), labels=labels))


def read_array(path):
    return array_of(path, content_of(path))


@pytest.mark.parametrize("kind", CODES)
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_arrays_of_every_type_come_back(tmp_path, kind, suffix):
    array = (np.arange(24).reshape(2, 3, 4) * 3 - 10).astype(kind)
    back = read_array(write(tmp_path / f"a{suffix}", array))
    np.testing.assert_array_equal(back, array)
    assert back.dtype == array.dtype
    assert back.dtype.isnative


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("style", ["-idx{}-ubyte", ".idx{}-ubyte"])
def test_labels_are_found_beside_the_images(tmp_path, suffix, style):
    images = write(tmp_path / f"train-images{style.format(3)}{suffix}", IMAGES)
    write(tmp_path / f"train-labels{style.format(1)}{suffix}", LABELS)
    frame = read(images)
    assert frame.block.cells.dtype == np.uint8
    np.testing.assert_array_equal(frame.block.cells, IMAGES.reshape(4, 6))
    np.testing.assert_array_equal(frame.column("class").cells, LABELS)
    assert (frame.name, frame.task, frame.target) == ("train", "classification", ("class",))
    assert len(frame.block.names) == 6


def test_labels_may_be_named(tmp_path):
    images = write(tmp_path / "some-idx3", IMAGES)
    assert list(read(images).columns) == ["x"]
    np.testing.assert_array_equal(read(images, write(tmp_path / "other", LABELS)).column("class").cells, LABELS)


def test_labels_that_do_not_go_with_the_images(tmp_path):
    images, labels = write(tmp_path / "t-images-idx3", IMAGES), write(tmp_path / "t-labels-idx1", LABELS[:3])
    with pytest.raises(errors.DataError, match=r"t-labels-idx1: labels of shape \(3,\) for 4 images of .*t-images"):
        read(images)
    with pytest.raises(errors.DataError, match="labels of shape"):
        read(images, images)
    with pytest.raises(errors.DataError, match="give the file of images first"):
        read(labels)


def test_labels_that_are_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        read(write(tmp_path / "t-images-idx3", IMAGES), tmp_path / "absent")


def test_a_set_without_images(tmp_path):
    with pytest.raises(errors.DataError, match="there are no examples"):
        read(write(tmp_path / "t-idx3", IMAGES[:0]))


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_file_truncated_anywhere_is_refused(tmp_path, suffix):
    path = write(tmp_path / f"t-idx3{suffix}", IMAGES)
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        with pytest.raises(errors.DataError) as caught:
            read_array(path)
        assert str(path) in str(caught.value)


def test_a_file_with_bytes_too_many_is_refused(tmp_path):
    path = tmp_path / "t-idx3"
    path.write_bytes(encoded(IMAGES) + b"\0")
    with pytest.raises(errors.DataError, match=r"25 bytes of data where shape \(4, 3, 2\) needs 24"):
        read_array(path)


@pytest.mark.parametrize("position", [0, 1, 2, 3])
def test_a_wrong_magic_number_is_refused(tmp_path, position):
    content = bytearray(encoded(IMAGES))
    content[position] = 0 if position == 3 else 0xFF
    (tmp_path / "t-idx3").write_bytes(content)
    with pytest.raises(errors.DataError, match=f"not an idx file: it begins with {bytes(content[:4]).hex(' ')}"):
        read_array(tmp_path / "t-idx3")


def test_an_absurd_shape_is_refused_without_allocating_it(tmp_path):
    (tmp_path / "t-idx3").write_bytes(bytes([0, 0, 8, 3]) + b"\xff" * 12 + b"\0" * 10)
    with pytest.raises(errors.DataError, match="10 bytes of data where shape"):
        read_array(tmp_path / "t-idx3")


def test_shapes_that_numpy_does_not_have_are_refused(tmp_path):
    for shape in ((2**32 - 1,) * 5 + (0,), (1,) * 70):  # found by fuzzing
        head = bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
        (tmp_path / "t-idx").write_bytes(head + b"1" * int(0 not in shape))
        with pytest.raises(errors.DataError, match=f"t-idx: an array of {len(shape)} axes cannot be read"):
            read_array(tmp_path / "t-idx")


@pytest.mark.parametrize("position", [0, 2, 20, 50, -6, -1])
def test_a_damaged_gzip_file_is_refused(tmp_path, position):
    path = write(tmp_path / "t-idx3.gz", np.random.default_rng(0).integers(256, size=(4, 5, 5)).astype(np.uint8))
    content = bytearray(path.read_bytes())
    content[position] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(errors.DataError, match=r"t-idx3.gz"):
        read_array(path)
