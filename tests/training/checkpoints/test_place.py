"""A place for checkpoints is one run's while that run lives."""

import os
import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.training.checkpoints.place import Place, is_folder, need_writable

RUN = """
import sys, time
import numpy as np
import bprop as bp
def callback(record, fit):
    print("trains", flush=True)
    time.sleep(60)
x, w = bp.Input("x"), bp.Parameter("w", ())
bp.train(
    bp.Graph(loss=bp.square(w * x - 1)), {"x": np.ones(8)}, epochs=5, engine="numpy", progress=False,
    checkpoint=sys.argv[1], callbacks=[callback],
)
"""


def train(place, **settings):
    x, w = bp.Input("x"), bp.Parameter("w", ())
    settings = {"epochs": 3, "engine": "numpy", "progress": False} | settings
    return bp.train(bp.Graph(loss=bp.square(w * x - 1)), {"x": np.ones(8)}, checkpoint=place, **settings)


def content(folder):
    return {p.relative_to(folder): (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("place", ["run/", "file"])
@pytest.mark.parametrize("more", [{}, {"resume": True}, {"rule": bp.SGD(0.3), "seed": 4}])
def test_while_a_run_lives_another_is_refused_and_changes_nothing(tmp_path, place, more):
    where = f"{tmp_path}/{place}"
    process = subprocess.Popen([sys.executable, "-c", RUN, where], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "trains\n"
    before = content(tmp_path)
    with pytest.raises(errors.ModelFileError, match=f"is in use: process {process.pid} on .* writes there since 20"):
        train(where, **more)
    assert content(tmp_path) == before
    process.kill()
    process.communicate()
    train(where, resume=True)  # a killed run blocks nobody
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]


@pytest.mark.parametrize("place", ["run/", "file"])
def test_one_process_trains_in_one_place_again_and_again(tmp_path, place):
    where = f"{tmp_path}/{place}"
    for epochs in (1, 2, 4):
        assert len(train(where, resume=True, epochs=epochs).history) == epochs
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]


def test_a_run_that_ended_with_an_error_lets_go_although_its_error_is_kept(tmp_path):
    def failing(record, fit):
        raise RuntimeError("mine")

    kept = []
    for settings in (
        {"callbacks": [failing]},
        {"rule": bp.SGD(1e30)},
        {"patience": 2, "validation": 0.5, "monitor": "x"},
    ):
        with pytest.raises((RuntimeError, errors.BpropError)) as caught:
            train(f"{tmp_path}/run/", resume=True, **settings)
        kept.append(caught)
    train(f"{tmp_path}/run/", resume=True)


@pytest.mark.parametrize("place", ["run/", "file"])
def test_a_program_that_goes_to_another_folder_writes_to_the_same_place(tmp_path, monkeypatch, place):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    train(place, epochs=4, callbacks=[lambda record, fit: os.chdir(tmp_path / "elsewhere")])
    assert os.listdir(tmp_path / "elsewhere") == []
    assert len(train(f"{tmp_path}/{place}", resume=True, epochs=4).history) == 4


def test_two_threads_of_one_process_are_two_runs(tmp_path):
    began, ended, problems = threading.Event(), threading.Event(), []

    def wait(record, fit):
        began.set()
        ended.wait(60)

    def first():
        try:
            train(f"{tmp_path}/run/", callbacks=[wait])
        except Exception as error:
            problems.append(error)

    thread = threading.Thread(target=first)
    thread.start()
    assert began.wait(60)
    with pytest.raises(errors.ModelFileError, match=f"process {os.getpid()} on"):
        train(f"{tmp_path}/run/")
    ended.set()
    thread.join()
    assert not problems


def test_the_same_file_by_a_link_is_the_same_place(tmp_path):
    (tmp_path / "link").symlink_to("file")
    with Place(tmp_path / "file"), pytest.raises(errors.ModelFileError, match="in use"):
        Place(tmp_path / "link")


def test_two_files_of_one_folder_are_two_places(tmp_path):
    names = ["a" * 250 + "1", "a" * 250 + "2", "b"]
    places = [Place(tmp_path / name) for name in names]
    for place in places:
        place.close()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("ends", [True, False])
def test_a_folder_that_was_removed_and_made_anew_by_another_run_is_left_to_it(tmp_path, capsys, ends):
    where, others = f"{tmp_path}/run/", []

    def remove(record, fit):
        if record.epoch == 2:
            shutil.rmtree(where)
            if ends:
                train(where, epochs=1)
            else:
                others.append(Place(where))

    with pytest.raises(errors.ModelFileError, match="holds another run's" if ends else "is in use") as caught:
        train(where, epochs=5, every="1epochs", callbacks=[remove])
    assert len(caught.value.fit.history) == 5
    assert capsys.readouterr().err.count("training goes on") == 4
    left = sorted(name for name in os.listdir(where) if name.startswith("step"))
    assert left == (["step-000000000000.bprop", "step-000000000001.bprop"] if ends else [])
    for place in others:
        place.close()


@pytest.mark.parametrize("what", ["folder", "lock", "everything"])
def test_a_folder_that_was_removed_and_is_nobodys_goes_on_as_it_can(tmp_path, what):
    where = f"{tmp_path}/run/"

    def remove(record, fit):
        if record.epoch == 2:
            for path in [*(tmp_path / "run").iterdir()] if what == "everything" else [tmp_path / "run" / ".lock"]:
                path.unlink()
            if what == "folder":
                shutil.rmtree(where)
                os.mkdir(where)

    whole = train(where, epochs=5, every="1epochs", callbacks=[remove])
    assert sorted(os.listdir(where)) == [f"step-{number:012}.bprop" for number in (3, 4, 5)]
    assert train(f"{tmp_path}/two", epochs=5, resume=where).params == whole.params


def test_a_run_that_begins_leaves_the_folder_of_another_as_it_is(tmp_path):
    train(f"{tmp_path}/run/")
    before = os.stat(tmp_path / "run").st_mtime_ns
    with pytest.raises(errors.ModelFileError, match="holds the checkpoints of a run"):
        Place(tmp_path / "run", resuming=False)
    assert os.stat(tmp_path / "run").st_mtime_ns == before


def test_a_run_that_begins_after_one_that_was_killed_is_refused_and_lets_go(tmp_path):
    train(f"{tmp_path}/run/")
    (tmp_path / "run" / ".lock").write_text("of a process that was killed")
    kept = []  # an error holds what was at work when it was raised
    for _ in range(2):
        with pytest.raises(errors.ModelFileError, match="holds the checkpoints of a run") as caught:
            Place(tmp_path / "run", resuming=False)
        kept.append(caught)
    Place(tmp_path / "run").close()


def test_a_folder_is_known_by_its_name(tmp_path):
    assert is_folder(tmp_path)
    assert is_folder(f"{tmp_path}/new/")
    assert is_folder(tmp_path / "new", "1epochs")
    assert not is_folder(tmp_path / "new")


@pytest.mark.skipif(os.name != "posix", reason="POSIX has such files")
def test_a_pipe_and_a_device_hold_no_checkpoint(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    said = "no regular file, so no run could be resumed"
    with pytest.raises(errors.ModelFileError, match=said):
        train(tmp_path / "pipe")
    with pytest.raises(errors.ModelFileError, match=said):
        need_writable("/dev/null")


def test_a_folder_that_may_not_be_looked_into_is_said(tmp_path, monkeypatch):
    def refused(path):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "stat", refused)
    with pytest.raises(errors.ModelFileError, match=r"cannot write the checkpoint .*run: permission denied"):
        need_writable(tmp_path / "run")
