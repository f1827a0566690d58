"""The file system behind an address."""

import pytest

from bprop.errors import DataError, MissingPackageError, SettingError, UnknownNameError
from bprop.remote import systems
from bprop.remote.systems import can_write, remote_of


def test_the_path_within_it(memory):
    remote = remote_of("memory://d/rows.csv")
    assert type(remote.system) is type(memory)
    assert remote.path == "/d/rows.csv"


@pytest.mark.parametrize(
    ("address", "package", "extra"),
    [("s3://b/k", "s3fs", "s3"), ("gs://b/k", "gcsfs", "gs"), ("hf://datasets/a/b", "huggingface_hub", "hf"),
     ("https://h/x", "aiohttp", "cloud"), ("memory://x", "fsspec", "cloud")],
)  # fmt: skip
def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch, address, package, extra):
    original = systems.find_spec
    monkeypatch.setattr(systems, "find_spec", lambda name: None if name == package else original(name) or True)
    with pytest.raises(MissingPackageError) as info:
        remote_of(address)
    assert str(info.value) == f"{address}: {address.partition(':')[0]}:// needs {package}: pip install 'bprop[{extra}]'"


def test_an_unknown_scheme(memory):
    with pytest.raises(UnknownNameError, match="nothing is read from nosuch:// here; there are s3://"):
        remote_of("nosuch://b/k")


def test_keys_do_not_belong_in_an_address(memory, monkeypatch):
    monkeypatch.setattr(systems, "need_packages", lambda address: None)
    with pytest.raises(SettingError, match="set them as environment variables") as info:
        remote_of("s3://key:wJalrXUtnFEMI@bucket/rows.csv")
    assert "wJalrXUtnFEMI" not in str(info.value)


def test_the_lost_end_of_an_address(web):
    with pytest.raises(DataError, match="give the whole address again"):
        remote_of(f"{web}/never.csv?...")


def test_what_is_written_to():
    assert can_write("s3://b/k") is can_write("gs://b/k") is can_write("memory://k") is None
    assert "only read" in can_write("http://h/x")
