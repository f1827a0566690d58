"""Two commits in turn: the right source is timed, nothing is left behind, and the table says which is faster."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # the harness is no part of the package

from benchmarks import __main__ as main  # noqa: E402
from benchmarks import cases, compare  # noqa: E402
from benchmarks.settings import Settings  # noqa: E402


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with two commits: the file says "old" in the first, "new" in the second."""
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.setattr(compare, "ROOT", folder)

    def git(*arguments):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
        return subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)

    try:
        git("init", "-q")
    except OSError:
        pytest.skip("git is not installed")
    for text in ("old", "new"):
        (folder / "file").write_text(text)
        git("add", "file")
        git("commit", "-q", "-m", text)
    return git


def test_another_commit_is_there_for_as_long_as_it_is_timed(repository):
    with pytest.raises(KeyboardInterrupt), compare.checkout("HEAD~1") as place:
        assert (place / "file").read_text() == "old"
        raise KeyboardInterrupt
    assert not place.exists()
    assert len(repository("worktree", "list").stdout.splitlines()) == 1


def test_a_commit_that_is_not_there_is_named(repository):
    with pytest.raises(SystemExit, match="no_such_commit"), compare.checkout("no_such_commit"):
        pass


def test_each_side_is_made_ready_and_timed_in_turn(monkeypatch):
    calls = []

    class Here:
        def __init__(self, name, make):
            self.name = name

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    def prepare(worker):
        return lambda: calls.append(worker.name) or len(calls)

    monkeypatch.setattr(compare, "Worker", Here)
    settings = Settings(cases.small(), (), rounds=2, small=True)
    times = compare.in_turn({"this": Path("a"), "other": Path("b")}, settings, prepare)
    assert calls == ["b", "a", "a", "b"]
    assert times == {"this": [2, 3], "other": [1, 4]}


def test_the_source_of_a_folder_is_what_is_timed(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(ImportError, match="bprop was imported from"):
        compare.SessionOf(str(tmp_path))


def test_the_table_has_medians_their_ratio_and_the_range_of_ratios():
    text = compare.markdown("abc", {"a case": {"this": [1e-6, 2e-6, 9e-6], "other": [4e-6, 4e-6, 3e-6]}})
    assert text.splitlines()[-1] == "| a case | 2 | 4 | 0.50 (0.25 to 3.00) |"
    assert "This checkout beside abc" in text


def test_options_that_a_comparison_does_not_have_are_refused(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--compare", "main", "--peers", "all"])
    with pytest.raises(SystemExit, match="--peers cannot be combined"):
        main.main()
