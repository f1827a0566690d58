"""Where the members of an ensemble write their checkpoints."""

import pytest

from bprop import errors
from bprop.training.checkpoints.members import make_above, member_place, member_source


def test_in_a_folder_each_has_a_folder_and_beside_a_file_a_file(tmp_path):
    assert member_place("run", "5s", 2) == "run/member-2/"
    assert member_place("run/", None, 2) == "run/member-2/"
    assert member_place(tmp_path, None, 1) == f"{tmp_path}/member-1/"
    assert member_place("here/run.bprop", None, 3) == "here/run-member-3.bprop"


def test_the_folder_above_is_made(tmp_path):
    make_above(f"{tmp_path}/run/", None)
    assert (tmp_path / "run").is_dir()
    make_above(tmp_path / "c.bprop", None)
    assert not (tmp_path / "c.bprop").exists()
    with pytest.raises(errors.ModelFileError, match="cannot write the checkpoint"):
        make_above(f"{tmp_path}/no/run/", None)


def test_a_member_that_was_not_begun_begins(tmp_path):
    (tmp_path / "c-member-1.bprop").write_bytes(b"x")
    path = tmp_path / "c.bprop"
    assert member_source(path, 2, 1) == str(tmp_path / "c-member-1.bprop")
    assert member_source(path, 2, 2) is None
    assert member_source(True, 2, 2) is True
    assert member_source(None, 2, 2) is None
    with pytest.raises(errors.ModelFileError, match="no checkpoint of an ensemble of 2 networks"):
        member_source(tmp_path / "d.bprop", 2, 1)
