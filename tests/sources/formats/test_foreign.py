"""Files of other programs are told with the way on."""

import pickle
from pathlib import Path

import pytest

from bprop import errors
from bprop.sources.opening import open_rows

BEGINNINGS = {
    "page.csv": (b"<!DOCTYPE html><html><body>gone</body></html>", "a web page"),
    "export.xls": (b"\xef\xbb\xbf\n<html xmlns:x=''><table><tr><td>1</td></tr></table></html>", "a web page"),
    "old.xls": (
        b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "an Excel 2003",
    ),
    "t.xml": (b"<?xml version='1.0'?>\n<rows>\n</rows>", "an XML file"),
    "t.feather": (b"FEA1\0\0\0\0" + bytes(50), "a Feather file of version 1"),
    "t.orc": (b"ORC\x08\x03" + bytes(50), "an ORC file"),
    "t.avro": (b"Obj\x01\x04\x14avro.codec", "an Avro file"),
    "t.h5": (b"\x89HDF\r\n\x1a\n" + bytes(50), "an HDF5 file"),
    "t.sas7bdat": (bytes(12) + b"\xc2\xea\x81\x60" + bytes(50), "a SAS file"),
    "t.xpt": (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!000", "a SAS transport file"),
    "t.dta": (b"<stata_dta><header><release>118</release>", "a Stata file"),
    "old.dta": (b"\x72\x02\x01\x00" + bytes(50), "a Stata file"),
    "t.sav": (b"$FL2@(#) SPSS DATA FILE\0\0", "an SPSS file"),
    "t.sqlite": (b"SQLite format 3\0" + bytes(50), "an SQLite database"),
    "t.db": (b"SQLite format 3\0" + bytes(50), "an SQLite database"),
    "t.pkl": (pickle.dumps([1]), "a pickle of Python"),
    "t.RData": (b"RDX3\nX\n\0\0\0\3", "a file of R"),
    "t.rds": (b"X\n\0\0\0\3\0\4", "a file of R"),
    "t.mat": (b"MATLAB 5.0 MAT-file" + bytes(200), "a MATLAB file"),
    "t.npy": (b"\x93NUMPY\x01\0v\0", "one array of NumPy"),
    "t.duckdb": (bytes(8) + b"DUCK" + b"\x40" + bytes(20), "a DuckDB database"),
    "t.pdf": (b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
    "t.png": (b"\x89PNG\r\n\x1a\n\0", "a picture"),
    "t.7z": (b"7z\xbc\xaf\x27\x1c\0", "a 7z archive"),
    "t.rar": (b"Rar!\x1a\x07\x01\0", "a RAR archive"),
    "t.tar": (b"t.csv" + bytes(252) + b"ustar\0" + bytes(50), "a tar archive"),
    "big.csv": (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "a shortcut to a file in Git"),
    "dump.sql": (b"-- MySQL dump 10.13\nCREATE TABLE t;\n", "a dump of SQL"),
    "t.arff": (b"% comment\n@relation iris\n@attribute a numeric\n", "an ARFF file"),
}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_a_file_of_another_program_is_called_by_its_name_with_the_way_on(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content, what = BEGINNINGS[name]
    Path(name).write_bytes(content)
    with pytest.raises(errors.DataError, match=rf"^{name}: this is {what}.*, which is not read here: .") as caught:
        open_rows(name)
    assert "damaged" not in str(caught.value)


@pytest.mark.parametrize(
    "header", ["ORC,ORCID", "FEA1,b", "PAR,b", "<a>,b", "GIF8,b", "II*,b", "RDX2,b", "BZh9,b", "PK,b"]
)
def test_text_that_begins_so_is_text(header, tmp_path):
    (tmp_path / "t.csv").write_text(f"{header}\n1,x\n2,y\n")
    assert list(open_rows(str(tmp_path / "t.csv")).columns) == header.split(",")
