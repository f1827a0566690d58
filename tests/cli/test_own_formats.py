"""A format of files that somebody else defines works wherever tables are taken."""

import gzip
import io
import zipfile

import numpy as np
import pytest

import bprop as bp
from bprop.sources.formats import Format, Piece
from bprop.sources.formats import format as module

MAGIC = b"TOY1\n"
OPTIONS = "--engine numpy --hidden 3 --epochs 1 --no-progress"


@pytest.fixture
def toy(monkeypatch, folder):
    """.toy files (a header and rows between bars, behind a mark), defined here; the table of pets.csv as one of them,
    and as the files of a folder."""
    monkeypatch.setattr(module, "_DEFINED", list(module._DEFINED))

    class Toy(Format):
        suffixes = (".toy",)
        magic = (MAGIC.strip(),)

        def read(self, source):
            return source.frame(columns_of(source.content))

    lines = (folder / "pets.csv").read_text().replace(",", "|").splitlines()
    (folder / "pets.toy").write_bytes(content(lines[:1], lines[1:]))
    (folder / "parts").mkdir()
    for k in range(3):
        (folder / "parts" / f"{k}.toy").write_bytes(content(lines[:1], lines[1 + 20 * k : 21 + 20 * k]))
    return Toy


@pytest.fixture
def scanned(toy):
    """The same, and such files can be read piece by piece."""

    def scan(self, path):
        whole = columns_of(path.read_bytes())
        for start in range(0, len(whole["size"]), 7):
            yield Piece({name: cells[start : start + 7] for name, cells in whole.items()})

    toy.scan = scan


def content(header, rows):
    return MAGIC + "\n".join([*header, *rows]).encode()


def columns_of(content):
    if not content.startswith(MAGIC):
        raise bp.errors.DataError("this is no .toy file")
    header, *rows = (line.split("|") for line in content[len(MAGIC) :].decode().splitlines())
    return {name: np.array(cells, object) for name, cells in zip(header, zip(*rows, strict=True), strict=True)}


def params_of(run, source, *options):
    run(f"train {source} {OPTIONS} --out net.bprop {' '.join(options)}")
    return {name: array.tobytes() for name, array in bp.load("net.bprop").params.items()}


def piped(monkeypatch, folder):
    content = (folder / "pets.toy").read_bytes()
    monkeypatch.setattr("bprop.sources.opening.standard_input", lambda: io.BytesIO(content))


@pytest.mark.parametrize("source", ["pets.toy", "parts", "parts/*.toy", "p*s/[0-2].toy", "pets.toy.gz", "-"])
def test_it_trains_from_a_file_a_folder_a_pattern_a_packed_file_and_a_pipe(run, toy, folder, monkeypatch, source):
    (folder / "pets.toy.gz").write_bytes(gzip.compress((folder / "pets.toy").read_bytes()))
    piped(monkeypatch, folder)
    assert params_of(run, source) == params_of(run, "pets.csv")


def test_it_is_the_table_of_an_archive_beside_a_licence(run, toy, folder):
    with zipfile.ZipFile(folder / "pets.zip", "w") as archive:
        archive.writestr("LICENCE.md", "free")
        archive.write(folder / "pets.toy", "pets.toy")
    assert params_of(run, "pets.zip") == params_of(run, "pets.csv")


def test_it_predicts_and_evaluates(run, toy, model, folder, monkeypatch):
    piped(monkeypatch, folder)
    for command in ("predict pets.bprop", "evaluate pets.bprop --bootstrap 0 --json"):
        expected = run(f"{command} pets.csv").stdout
        for source in ("pets.toy", "parts", "-"):
            assert run(f"{command} {source}").stdout == expected


def test_it_may_be_the_rows_that_are_held_out(run, toy):
    assert "60 to test" in run(f"train pets.csv --test pets.toy {OPTIONS} --out net.bprop").stdout


def test_a_bad_cell_is_named_by_its_row(refused, toy, folder):
    (folder / "bad.toy").write_bytes(content(["a|y"], ["1|p", "2|q", "x|p"]))
    refused("train bad.toy --test 0 --validation 0", "bad.toy, row 3, column 'a': 'x' is not a finite number")


def test_it_is_streamed(run, scanned):
    whole = "pets: 43 examples to train on, 5 to watch, 12 to test; 3 inputs, 3 classes"
    assert whole in run(f"train pets.toy {OPTIONS} --out net.bprop").stdout
    one = params_of(run, "pets.toy", "--stream")
    assert one == params_of(run, "pets.csv", "--stream") == params_of(run, "parts", "--stream")
    assert "60 to test" in run(f"train pets.toy --stream --test pets.toy {OPTIONS} --out net.bprop").stdout


def test_what_cannot_be_streamed_is_refused_where_it_is_asked_for(refused, toy):
    says = "pets.toy: .toy files cannot be read piece by piece, as --stream does; --no-stream reads them whole"
    refused("train pets.toy --stream", says)
    refused("train pets.csv --stream --test pets.toy", says)


def test_what_cannot_be_streamed_is_never_streamed_for_its_size(run, toy, monkeypatch):
    monkeypatch.setattr("bprop.cli.streaming.data_memory", lambda: 100)
    assert "streamed from temporary files" in run(f"train pets.csv {OPTIONS} --out net.bprop").stderr
    assert "streamed" not in run(f"train pets.toy {OPTIONS} --out net.bprop").stderr


def test_errors_list_it_among_what_is_known(refused, toy, folder):
    (folder / "notes.txt").write_bytes(bytes(range(256)))
    refused("train notes.txt", ".npz, .toy, and idx")
    (folder / "none").mkdir()
    refused("train none", "none: there are no tables here: .csv, ", ".toy")
