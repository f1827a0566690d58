"""A line on standard error where reading takes long."""

import pytest

pytestmark = pytest.mark.usefixtures("typer")


def test_a_line_after_some_seconds_and_every_some_seconds(capsys, monkeypatch):
    from bprop.cli.reading_progress import ReadingProgress

    now = [0.0]
    monkeypatch.setattr("bprop.cli.reading_progress.perf_counter", lambda: now[0])
    progress = ReadingProgress()
    for now[0], share in ((1.9, 0.1), (2.1, 0.35), (3.0, 0.5), (4.2, 0.75)):
        progress("reading", "big\x1b.csv", share, int(share * 2**30))
    now[0] = 7.0
    progress("encoding", "big.csv", 0.5, None)
    progress("reading", "stdin", None, 3 * 2**20)
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.splitlines() == [
        "reading big\\x1b.csv: 35%, 358.4 MB", "reading big\\x1b.csv: 75%, 768.0 MB", "encoding big.csv: 50%",
    ]  # fmt: skip


@pytest.mark.parametrize(("options", "lines"), [("", False), ("--no-progress", False), ("--progress", True)])
def test_without_a_terminal_only_if_it_is_asked_for_and_never_on_standard_output(
    run, folder, monkeypatch, options, lines
):
    monkeypatch.setattr(
        "bprop.cli.reading_progress.ReadingProgress.__init__", lambda self: vars(self).update(seconds=0, printed=0)
    )
    result = run(f"train pets.csv --engine numpy --hidden 2 --epochs 1 --out x.bprop {options}")
    assert ("reading pets.csv: 100%" in result.stderr) is lines
    assert "reading" not in result.stdout
    assert "reading" not in run("evaluate x.bprop pets.csv --bootstrap 0").stderr
