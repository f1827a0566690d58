"""The sample that is learned from, and the parts that rows are for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop import errors
from bprop.sources import survey as module
from bprop.sources.chunks import Chunks
from bprop.sources.formats import blocks
from bprop.sources.guess import reasoned
from bprop.sources.survey import TEST, TRAIN, VALIDATION, Shares, draws, survey

pytest.importorskip("polars", reason="tables are read piece by piece with polars")


@given(st.integers(0, 2**32), st.integers(1, 500), st.integers(0, 500))
def test_what_a_row_draws_does_not_depend_on_its_neighbours(seed, count, start):
    rows = np.arange(start, start + count)
    whole = draws(rows, seed, 1)
    assert ((whole >= 0) & (whole < 1)).all()
    np.testing.assert_array_equal(whole[count // 2 :], draws(rows[count // 2 :], seed, 1))


def test_draws_are_spread_evenly_and_apart_by_seed_and_stream():
    rows = np.arange(100_000)
    found = [draws(rows, seed, stream) for seed in (0, 1) for stream in (1, 2)]
    for one in found:
        assert abs(np.histogram(one, 20, (0, 1))[0] - 5000).max() < 350
        assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.02
    assert abs(np.corrcoef(found) - np.eye(4)).max() < 0.02


def test_parts_have_about_their_shares():
    parts = Shares(0.1, 0.2, 0).parts(np.arange(100_000))
    shares = np.bincount(parts, minlength=3) / 1e5
    np.testing.assert_allclose(shares[[TRAIN, VALIDATION, TEST]], [0.72, 0.08, 0.2], atol=0.01)
    assert (Shares(0, 0, 3).parts(np.arange(50)) == TRAIN).all()
    with pytest.raises(errors.SettingError, match="test is a share"):
        Shares(0, 1.0, 0)


@pytest.fixture
def table(tmp_path):
    rows = [f"{row},{'rare' if row == 777 else 'ab'[row % 2]}" for row in range(1000)]
    (tmp_path / "t.csv").write_text("\n".join(["n,kind", *rows]) + "\n")
    return str(tmp_path / "t.csv")


def test_a_small_table_is_its_own_sample(table):
    shares = Shares(0.1, 0.2, 5)
    found = survey(Chunks(table), None, shares)
    np.testing.assert_array_equal(found.sample.numbers, np.nonzero(shares.parts(np.arange(1000)) == TRAIN)[0])
    assert found.rows == 1000
    assert found.answer.classes == ("a", "b", "rare")


def test_the_sample_is_the_same_however_the_rows_are_cut(table, monkeypatch):
    monkeypatch.setattr(module, "SAMPLE_ROWS", (50, 50))
    found = []
    for block in (64, 1000, 2**20):
        monkeypatch.setattr(blocks, "BLOCK", block)
        found.append(survey(Chunks(table), None, Shares(0.1, 0.1, 2)))
    for one in found:
        assert len(one.sample) == 50
        assert one.answer.classes == ("a", "b", "rare"), "a class that is not in the sample"
        np.testing.assert_array_equal(one.sample.numbers, found[0].sample.numbers)
        assert one.sample.columns["n"].tolist() == [str(n) for n in one.sample.numbers]
    assert np.median(found[0].sample.numbers) == pytest.approx(500, abs=200)


def test_numbers_of_many_values_are_no_classes(table):
    assert survey(Chunks(table, "n"), None, Shares(0, 0, 0)).answer.task == "regression"


def test_too_many_classes_are_refused(table, monkeypatch):
    monkeypatch.setattr(module, "MOST_CLASSES", 30)
    with pytest.raises(errors.DataError, match=r"column 'n': more than 30 different targets.*--task regression"):
        survey(Chunks(table, "n"), "classification", Shares(0, 0, 0))


def test_a_row_whose_target_is_missing_is_left_out_and_counted(table, tmp_path):
    text = (tmp_path / "t.csv").read_text().replace("\n900,a\n", "\n900,\n").replace("\n777,rare\n", "\n777,?\n")
    (tmp_path / "t.csv").write_text(text)
    found = survey(Chunks(table), None, Shares(0, 0.5, 0))
    assert (found.rows, found.tally.rows, found.tally.left_out) == (1000, 998, 2)
    assert found.answer.classes == ("a", "b")
    assert found.tally.counts.tolist() == [499, 499]
    assert not {777, 900} & set(found.sample.numbers)


def test_a_table_without_a_target_in_any_row_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text("a,y\n" + "1,\n2,?\n" * 30)
    with pytest.raises(
        errors.DataError, match=r"t\.csv, column 'y': all targets are missing \(60 rows\): name another"
    ):
        survey(Chunks(str(tmp_path / "t.csv")), None, Shares(0, 0.5, 0))


def test_classes_are_counted_in_the_table_and_in_the_rows_to_train_on(table, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", 256)
    shares = Shares(0.1, 0.2, 1)
    found = survey(Chunks(table), None, shares)
    trained = np.nonzero(shares.parts(np.arange(1000)) == TRAIN)[0]
    kinds = np.array(["rare" if row == 777 else "ab"[row % 2] for row in range(1000)])
    assert found.tally.counts.tolist() == [(kinds == name).sum() for name in ("a", "b", "rare")]
    assert found.tally.trained.tolist() == [(kinds[trained] == name).sum() for name in ("a", "b", "rare")]


@pytest.mark.parametrize("rows", [30, 3000])
def test_the_task_is_that_of_the_table_read_whole(tmp_path, rows, monkeypatch):
    """Also where the sample has another share of rows than the table."""
    monkeypatch.setattr(module, "SAMPLE_ROWS", (20, 20))
    monkeypatch.setattr(module, "SAMPLE_CELLS", 20)
    for name, values in {"few": np.arange(rows) % 9, "balanced": np.arange(rows) % 30, "many": np.arange(rows)}.items():
        (tmp_path / "t.csv").write_text("a,y\n" + "".join(f"{k}.5,{value}\n" for k, value in enumerate(values)))
        found = survey(Chunks(str(tmp_path / "t.csv")), None, Shares(0, 0, 0))
        assert (found.answer.task, found.answer.reason) == reasoned(values), name
