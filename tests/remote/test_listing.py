"""Folders and patterns elsewhere."""

import pytest

from bprop.errors import SettingError
from bprop.remote.listing import has_pattern, matches


def test_a_folder_and_a_pattern(memory):
    for name in ("d/a.csv", "d/year=1/b.csv", "e.csv"):
        memory.pipe_file(f"/{name}", b"a\n1\n")
    assert matches("memory://d", False) == ["memory://d/a.csv", "memory://d/year=1/b.csv"]
    assert matches("memory://d/", False) == ["memory://d/a.csv", "memory://d/year=1/b.csv"]
    assert matches("memory://d/*.csv", True) == ["memory://d/a.csv"]
    assert matches("memory://d/**/*.csv", True) == ["memory://d/a.csv", "memory://d/year=1/b.csv"]
    assert matches("memory://none", False) == []


def test_a_web_server_lists_nothing(web):
    with pytest.raises(SettingError, match="a web server does not list its files"):
        matches(f"{web}/*.csv", True)
    assert matches(f"{web}/d", False) == []


@pytest.mark.parametrize(
    ("address", "is_pattern"),
    [("s3://b/*.csv", True), ("s3://b/a?.csv", True), ("s3://b/a.csv", False), ("https://h/a.csv?x=1", False),
     ("https://h/*.csv", True), ("sqlite:///x.db select count(*) from t", False)],
)  # fmt: skip
def test_what_is_a_pattern(address, is_pattern):
    assert has_pattern(address) == is_pattern
