"""The file of a study: it is resumed, refused, or mended."""

import json

import pytest

from bprop.errors import ModelFileError, SettingError
from bprop.tuning.library import sampler
from bprop.tuning.ranges import parse
from bprop.tuning.study import Journal, Study
from bprop.tuning.trial import Trial

pytest.importorskip("optuna", reason="tuning needs optuna")
SPACE = {"lr": parse("1e-3..1e-1"), "hidden": parse("4|4,2"), "epochs": parse("3")}
IDENTITY = {"data": "abc", "space": {name: one.plain() for name, one in SPACE.items()}}


def opened(path, identity=IDENTITY, maximise=False):
    return Study(SPACE, maximise, None, Journal(path, identity, maximise))


def add(study, value=0.5, state="complete", measures=None):
    live, settings = study.begin(sampler("random", 0, len(study.trials)))
    live.report(0.7, 1)
    study.end(live, Trial(len(study.trials) + 1, state, value, settings, (0.7,), 1, 1, 0.1, 0.2, measures or {}))


def test_a_study_goes_on_with_all_trials_that_ended(tmp_path):
    study = opened(tmp_path / "s")
    for value, state in ((0.5, "complete"), (0.7, "pruned"), (None, "diverged"), (None, "failed")):
        add(study, value, state)
    study.begin(sampler("random", 0, 4))  # a trial that is never ended, as by Ctrl-C
    study.close()
    again = opened(tmp_path / "s")
    assert again.trials == study.trials
    assert [one.state.name for one in again.memory.trials] == ["COMPLETE", "PRUNED", "PRUNED", "FAIL"]
    assert again.memory.trials[0].intermediate_values == {1: 0.7}
    again.close()


def test_optuna_itself_reads_the_file(tmp_path):
    import optuna

    study = opened(tmp_path / "s")
    add(study, 0.5)
    study.close()
    backend = optuna.storages.journal.JournalFileBackend(str(tmp_path / "s"))
    loaded = optuna.load_study(study_name="bprop", storage=optuna.storages.JournalStorage(backend))
    assert loaded.best_value == 0.5


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"data": "abd"}, "another data"),
        ({"space": {**IDENTITY["space"], "epochs": "4"}}, r"another space \(epochs was 3, and is 4\)"),
        ({"seed": 3}, "another seed"),
    ],
)  # fmt: skip
def test_a_study_of_something_else_is_refused_and_left_as_it_is(tmp_path, change, why):
    study = opened(tmp_path / "s")
    add(study)
    study.close()
    before = (tmp_path / "s").read_bytes()
    with pytest.raises(SettingError, match=why):
        opened(tmp_path / "s", {**IDENTITY, **change})
    assert (tmp_path / "s").read_bytes() == before
    opened(tmp_path / "s").close()  # and its lock is free


def test_half_a_line_that_a_killed_process_left_is_cut_off(tmp_path):
    study = opened(tmp_path / "s")
    add(study, 0.5)
    whole = (tmp_path / "s").read_bytes()
    add(study, 0.4)
    study.close()
    after = (tmp_path / "s").read_bytes()
    for cut in (len(whole) + 1, len(whole) + 40, len(after) - 1):
        (tmp_path / "s").write_bytes(after[:cut])
        again = opened(tmp_path / "s")
        assert [trial.value for trial in again.trials] == [0.5]
        add(again, 0.3)
        again.close()
        last = opened(tmp_path / "s")
        assert [trial.value for trial in last.trials] == [0.5, 0.3]
        last.close()
    (tmp_path / "s").write_bytes(after[:20])  # killed while it began
    again = opened(tmp_path / "s")
    assert again.trials == []
    again.close()


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"\x89PNG", b'{"op_code": 0}\n', b'{"a": 1}\n'])
def test_another_file_is_no_study_and_is_left_as_it_is(tmp_path, content):
    (tmp_path / "s").write_bytes(content)
    with pytest.raises(ModelFileError, match="no study of `bprop tune`"):
        opened(tmp_path / "s")
    assert (tmp_path / "s").read_bytes() == content


def test_a_damaged_study_is_refused(tmp_path):
    study = opened(tmp_path / "s")
    add(study, measures={"accuracy": 0.5})
    study.close()
    lines = (tmp_path / "s").read_text().splitlines()
    for damage in ('{"op_code":99', lines[-1].replace('"complete"', '"good"'), '{"op_code":4,"study_id":0}'):
        (tmp_path / "s").write_text("\n".join([*lines[:-1], damage]) + "\n")
        with pytest.raises(ModelFileError, match="damaged"):
            opened(tmp_path / "s")


def test_a_study_that_another_run_uses_is_refused(tmp_path):
    study = opened(tmp_path / "s")
    with pytest.raises(ModelFileError, match="in use"):
        opened(tmp_path / "s")
    study.close()


def test_a_place_where_no_file_can_be_is_refused(tmp_path):
    with pytest.raises(ModelFileError, match="there is no folder"):
        opened(tmp_path / "no" / "s")
    with pytest.raises(ModelFileError, match="no regular file"):
        opened(tmp_path)


def test_a_line_of_the_file_is_json(tmp_path):
    study = opened(tmp_path / "s")
    add(study)
    study.close()
    assert all(json.loads(line) for line in (tmp_path / "s").read_text().splitlines())
