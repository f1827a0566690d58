"""Which format a file is of."""

import io

import numpy as np
import pytest

from bprop import errors, plugins
from bprop.sources import formats as module
from bprop.sources.formats import (
    Arrow,
    ArrowStream,
    Csv,
    Format,
    Idx,
    Json,
    JsonLines,
    Npz,
    Parquet,
    Tsv,
    Workbook,
    format_of,
    format_of_content,
)  # fmt: skip
from bprop.sources.formats import format as registry


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv", Csv), ("A.CSV", Csv), ("a.csv.gz", Csv), ("a.tab", Tsv), ("a.pq", Parquet), ("a.feather", Arrow),
        ("a.ndjson", JsonLines), ("idx.npz", Npz), ("train-images-idx3-ubyte.gz", Idx), ("some/idx.csv", Csv),
        ("t10k.idx3", Idx), ("a.xlsx", Workbook), ("a.json", Json), ("a.arrows", ArrowStream), ("a.csv.zst", Csv),
            ("a.parquet.zip", Parquet), ("idx/notes.txt", None), ("notes", None), (".csv", None),
    ],
)  # fmt: skip
def test_the_name_says_the_format(name, kind):
    known = format_of(name)
    assert (None if known is None else type(known)) is kind


def test_the_first_bytes_say_the_format():
    archive = io.BytesIO()
    np.savez(archive, x=np.ones((1, 1)))
    begins = {
        b"PAR1....": Parquet, b"ARROW1\0\0": Arrow, b'\n {"a": 1}': JsonLines, archive.getvalue(): Npz,
        b"\0\0\x08\x03\0\0": Idx, b"a,b\n1,2": Csv, b"\xef\xbb\xbfa\tb": Csv, b"": Csv,
    }  # fmt: skip
    for content, kind in begins.items():
        assert type(format_of_content(content)) is kind


@pytest.fixture
def fresh(monkeypatch):
    """What is defined in a test is forgotten after it."""
    monkeypatch.setattr(registry, "_DEFINED", list(registry._DEFINED))


def test_a_format_of_an_installed_package_is_found_when_a_name_or_a_beginning_is_not_known(fresh, monkeypatch):
    def load():
        return ["toy"] if type("Toy", (Format,), {"suffixes": (".toy",), "magic": (b"TOY",)}) else []

    monkeypatch.setattr(module.plugins, "load", load)
    assert type(format_of("a.toy")).__name__ == "Toy"
    registry._DEFINED.pop()
    assert type(format_of_content(b"TOY ...")).__name__ == "Toy"
    assert module.suffixes(arrays=False)[-1] == ".toy"
    assert module.plugins is plugins


def test_two_formats_of_one_suffix_are_refused(fresh):
    with pytest.raises(errors.SettingError, match=r"two formats read files called .csv"):
        type("Mine", (Format,), {"suffixes": (".mine", ".csv")})
    first = type("Mine", (Format,), {"suffixes": (".mine",)})
    again = type("Mine", (Format,), {"suffixes": (".mine",)})  # a cell of a notebook, run again
    assert type(format_of("a.mine")) is again is not first
