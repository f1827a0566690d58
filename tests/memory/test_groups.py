"""Limits of containers and services: what is left of them, however deep the group is."""

import pytest

from bprop.memory import groups


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(f"{text}\n")


@pytest.fixture
def own(tmp_path):
    return tmp_path / "own"


def test_taken_memory_counts_against_the_limit_but_cached_files_do_not(tmp_path, own):
    own.write_text("0::/job/one\n")
    write(tmp_path / "job" / "one", memory__max=1000, memory__current=700, memory__stat="anon 1\ninactive_file 200")
    assert groups.left(tmp_path, own) == [500]


def test_a_limit_of_a_group_above_counts_too(tmp_path, own):
    own.write_text("0::/job/one\n")
    write(tmp_path / "job" / "one", memory__max="max", memory__current=700)
    write(tmp_path / "job", memory__max=900, memory__current=800)
    assert groups.left(tmp_path, own) == [100]


def test_version_1_keeps_them_in_a_folder_of_its_own(tmp_path, own):
    own.write_text("5:cpu,cpuacct:/a\n9:memory:/docker/x\n")
    write(tmp_path / "memory" / "docker" / "x", memory__limit_in_bytes=5000, memory__usage_in_bytes=6000)
    assert groups.left(tmp_path, own) == [0]


def test_a_container_that_sees_its_own_group_as_the_root(tmp_path, own):
    own.write_text("0::/\n")
    write(tmp_path, memory__max=1000)
    assert groups.left(tmp_path, own) == [1000]


def test_without_groups_there_is_no_limit(tmp_path, own):
    assert groups.left(tmp_path, own) == []
    own.write_text("nonsense")
    assert groups.left(tmp_path, own) == []
