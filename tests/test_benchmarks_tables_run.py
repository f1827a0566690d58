"""The benchmark of tables as a run: it resumes, it notices failures, and it compares and reports what it has."""

import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pd = pytest.importorskip("pandas")
pytest.importorskip("sklearn")

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks are beside the package, not in it

from benchmarks.peers import UnavailableError  # noqa: E402
from benchmarks.tables import __main__ as program  # noqa: E402
from benchmarks.tables import compare, one_core, run  # noqa: E402
from benchmarks.tables.cache import Cache, Key, Result  # noqa: E402
from benchmarks.tables.compare import Board, normalised, pairs, ranks  # noqa: E402
from benchmarks.tables.job import judge, tiny  # noqa: E402
from benchmarks.tables.measures import RMSE, WRONG  # noqa: E402
from benchmarks.tables.methods import METHODS  # noqa: E402
from benchmarks.tables.report import markdown  # noqa: E402
from benchmarks.tables.split import Protocol  # noqa: E402
from benchmarks.tables.table import CLASSES, VALUES  # noqa: E402
from benchmarks.worker import PeerError, Worker  # noqa: E402

CHEAP = ("constant", "linear")


class Process:
    def __init__(self):
        self.alive = True

    def is_alive(self):
        return self.alive


class Here:
    """A worker in this process; `calls` are its fits. "absent" cannot run, "broken" raises, "dead" ends its process."""

    calls: list[tuple[str, str, int]] = []

    def __init__(self, name, make, limit):
        self.name, self.process = name, Process()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def ask(self, method, train, test, seed):
        Here.calls.append((self.name, train.name, seed))
        if self.name == "absent":
            raise UnavailableError("it is not installed")
        if self.name in ("broken", "dead"):
            self.process.alive = self.name != "dead"
            raise PeerError(f"{self.name}: no")
        return judge(METHODS[self.name].fit, train, test, seed)


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Workers in this process, and methods that fail in three ways."""
    monkeypatch.setattr(run, "Worker", Here)
    for name in ("absent", "broken", "dead"):
        monkeypatch.setitem(METHODS, name, METHODS["constant"])
    Here.calls = []
    return Here


def plan(methods=CHEAP, splits=2, **more):
    tables = {"words": replace(tiny(CLASSES), name="words"), "values": replace(tiny(VALUES), name="values")}
    return run.Plan(tables, methods, range(splits), Protocol(), **more)


def finished(path, **more):
    """A plan with all its results."""
    of, cache = plan(**more), Cache(path / "r.jsonl")
    run.run(of, cache, say=lambda line: None)
    return of, cache


# -- runs ---------------------------------------------------------------------------------------------------------


def test_every_method_is_judged_on_every_split_of_every_table(tmp_path):
    of, cache = finished(tmp_path)
    assert len(cache.results) == 8
    linear = cache.results[of.key("values", 1, "linear")]
    assert (linear.train, linear.tested) == (64, 16)
    assert linear.errors[RMSE] < cache.results[of.key("values", 1, "constant")].errors[RMSE]
    assert linear.version


def test_methods_are_judged_on_the_same_rows(tmp_path, monkeypatch):
    rows = {}

    def ask(self, method, train, test, seed):
        rows.setdefault((train.name, seed, train.task), []).append((train.features["x"].tolist(), test.target.tolist()))
        return {"errors": {RMSE: 1.0}, "fit": 0.0, "predict": 0.0, "wall": 0.0}

    monkeypatch.setattr(Here, "ask", ask)
    finished(tmp_path)
    assert len(rows) == 4
    assert all(first == second for first, second in rows.values())


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path, here):
    finished(tmp_path, splits=1)
    here.calls = []
    finished(tmp_path)
    assert {seed for _, _, seed in here.calls} == {1}
    here.calls = []
    finished(tmp_path)
    assert here.calls == []
    finished(tmp_path, again=["linear"])
    assert [name for name, _, _ in here.calls] == ["linear"] * 4


def test_a_method_that_cannot_run_here_is_left_out_and_asked_once(tmp_path, here):
    of, cache = finished(tmp_path, methods=("absent", "constant"))
    assert of.left_out == {"absent": "it is not installed"}
    assert [name for name, _, _ in here.calls].count("absent") == 1
    assert len(cache.results) == 4


@pytest.mark.parametrize("name", ["broken", "dead"])
def test_a_failure_is_a_result_and_the_next_table_is_tried(tmp_path, name):
    of, cache = finished(tmp_path, methods=("constant", name))
    failures = Board.of(of, cache.results).failures()
    assert [result.failure for result in failures] == [f"{name}: no"] * 4


def test_a_process_of_its_own_stays_on_one_core_with_single_threads(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with one_core.single_threads(), Worker("", Surroundings) as worker:
        cores, variables = worker.ask("cores"), worker.ask("variables")
    assert cores in (1, None)
    assert {*variables.values()} == {"1"}
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ


class Surroundings:
    """It answers about its process."""

    def __init__(self, name):
        one_core.stay_on_one_core()

    def cores(self):
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None

    def variables(self):
        return {name: os.environ[name] for name in one_core.VARIABLES}


# -- results ------------------------------------------------------------------------------------------------------


def result(split=0, **more):
    return Result(Key("t", "12345678", split, "linear", 0.2, 4000, 10_000), **{"errors": {RMSE: 1.0}, **more})


def test_a_later_line_counts_and_other_files_are_read_too(tmp_path):
    Cache(tmp_path / "a.jsonl").add(result(fit=1.0))
    Cache(tmp_path / "b.jsonl").add(result(split=1))
    cache = Cache(tmp_path / "a.jsonl", [tmp_path / "b.jsonl"])
    cache.add(result(fit=2.0))
    again = Cache(tmp_path / "a.jsonl")
    assert again.results == {result().key: result(fit=2.0)}
    assert {*cache.results} == {result().key, result(split=1).key}


def test_a_line_that_a_kill_cut_off_is_dropped_and_the_next_one_is_whole(tmp_path):
    path = tmp_path / "r.jsonl"
    path.write_text(result().line() + "\n" + result(split=1).line()[:-20])
    Cache(path).add(result(split=2))
    assert {key.split for key in Cache(path).results} == {0, 2}


@pytest.mark.parametrize("line", ["nonsense", "{}", "[]", '{"key": {"table": "t"}}', '{"key": {}, "speed": 1}'])
def test_another_line_that_is_no_result_is_refused(tmp_path, line):
    path = tmp_path / "r.jsonl"
    path.write_text(f"{line}\n{result().line()}\n")
    with pytest.raises(SystemExit, match=r"r\.jsonl, line 1 is no result"):
        Cache(path)


def test_results_of_other_rows_do_not_count(tmp_path, here):
    finished(tmp_path)
    here.calls = []
    of = run.Plan({"values": plan().tables["values"]}, CHEAP, range(1), Protocol(most_train=30))
    run.run(of, Cache(tmp_path / "r.jsonl"), say=lambda line: None)
    assert len(here.calls) == 2


# -- comparisons --------------------------------------------------------------------------------------------------

ERRORS = pd.DataFrame({"a": [1.0, 2.0, 5.0], "b": [3.0, 2.0, np.inf], "c": [2.0, 4.0, 5.0]}, index=["t", "u", "v"])


def test_equal_methods_share_a_rank_and_a_failure_is_last():
    assert ranks(ERRORS).to_numpy().tolist() == [[1, 3, 2], [1.5, 1.5, 3], [1.5, 3, 1.5]]


def test_errors_are_normalised_between_the_best_and_the_worst_of_a_table():
    assert normalised(ERRORS).to_numpy().tolist() == [[0, 1, 0.5], [0, 0, 1], [0, 1, 0]]


def test_a_pair_counts_tables_and_its_ratio_is_of_those_where_both_came_to_an_end():
    to_b, to_c = pairs(ERRORS, "a")
    assert (to_b.other, to_b.better, to_b.worse) == ("b", 2, 0)
    assert to_b.ratio == pytest.approx((1 / 3 + 1) / 2)
    assert to_b.difference == pytest.approx(-2 / 3)
    assert to_b.low == pytest.approx(-1) and to_b.high == pytest.approx(0)
    assert (to_c.better, to_c.worse, to_c.ratio) == (2, 0, 0.5)


def test_the_interval_of_a_mean_is_about_two_standard_errors_wide(rng):
    values = rng.standard_normal(400)
    low, high = compare.interval(values)
    assert low < values.mean() < high
    assert high - low == pytest.approx(4 * values.std() / 20, rel=0.1)


def test_a_table_that_a_method_has_not_finished_is_left_out_of_all_comparisons(tmp_path):
    of, cache = finished(tmp_path)
    del cache.results[of.key("words", 1, "linear")]
    board = Board.of(of, cache.results)
    assert board.tables == ("values",)
    assert board.unfinished == {"words": ["linear"]}
    assert [*board.errors().index] == ["values"]


def test_an_error_is_the_mean_over_the_splits_and_one_failure_makes_it_infinite(tmp_path):
    of, cache = finished(tmp_path)
    keys = [of.key("values", split, "linear") for split in (0, 1)]
    board = Board.of(of, cache.results)
    mean = np.mean([cache.results[key].errors[RMSE] for key in keys])
    assert board.errors().loc["values", "linear"] == pytest.approx(mean)
    assert [*board.errors(WRONG).index] == ["words"]
    cache.results[keys[0]] = Result(keys[0], failure="it ended")
    board = Board.of(of, cache.results)
    assert board.errors().loc["values", "linear"] == np.inf
    assert board.errors(RMSE).loc["values"].tolist()[1] == np.inf
    assert [*board.errors(WRONG).index] == ["words"]


# -- reports ------------------------------------------------------------------------------------------------------


def test_the_report_ranks_methods_marks_the_best_and_says_what_is_missing(tmp_path):
    of, cache = finished(tmp_path, methods=("absent", "constant", "linear", "broken"))
    text = markdown(of, Board.of(of, cache.results), {"date": ["today"]}, {"pets": "no file"}, "linear")
    rows = re.findall(r"^\| (\w+) \| (\d\.\d\d) \| (\d\.\d\d\d)", text, re.MULTILINE)
    assert [row[0] for row in rows] == ["linear", "constant", "broken"]
    assert [row[1:] for row in rows] == [("1.00", "0.000"), ("2.00", "1.000"), ("3.00", "1.000")]
    for line in ("- absent is left out: it is not installed", "- pets is left out: no file", "- date: today",
                 "- broken failed on words, split 0: broken: no"):  # fmt: skip
        assert line in text.splitlines()
    assert re.search(r"^\| broken .* \| 2 \| - \|$", text, re.MULTILINE)  # on two tables, and without a time
    assert re.search(r"^\| values \| \d\.\d+ \| \*\*\d\.\d+\*\* \| failed \|$", text, re.MULTILINE)


def test_a_report_without_a_finished_table_says_so(tmp_path):
    of = plan()
    assert markdown(of, Board.of(of, {}), {}, {}, "bprop").startswith("No table has all results yet")


def csv_files(folder):
    for task in (CLASSES, VALUES):
        table = tiny(task)
        table.features.assign(y=table.target).to_csv(folder / f"{task}.csv", index=False)
    (folder / "bad.csv").write_text("x,y\n1,1\n1,1\n")


def test_the_whole_program_on_a_folder_writes_page_and_picture(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    csv_files(tmp_path)
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- results -->\n<!-- end of results -->\nafter\n")
    files = ["--results", str(tmp_path / "r.jsonl"), "--write", str(page), "--plot", str(tmp_path / "time.svg")]
    program.main(
        ["--folder", str(tmp_path), "--methods", "constant, linear", "--splits", "1", "--ours", "linear", *files]
    )
    text = page.read_text()
    assert text.startswith("before") and text.endswith("after\n")
    assert "### linear beside each other method" in text
    assert "- bad is left out: bad: there is nothing to learn" in text
    assert str(tmp_path) not in text
    assert "linear" in (tmp_path / "time.svg").read_text()
    assert "- protocol: splits: 1; 20% of the rows to test on" in capsys.readouterr().out


def test_only_tables_of_the_role_report_and_roles_can_be_read_from_a_file(tmp_path):
    csv_files(tmp_path)
    (tmp_path / "roles.txt").write_text(f"{VALUES} chose\n")
    common = ["--folder", str(tmp_path), "--roles", str(tmp_path / "roles.txt")]
    for role, names in (("report", {CLASSES}), ("chose", {VALUES}), ("all", {CLASSES, VALUES})):
        options = program._parser().parse_args([*common, "--role", role])
        assert {*program._tables(options, Protocol())[0]} == names


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--tables", "nothing"], "there is no table 'nothing'"), (["--methods", "magic"], "there is no method 'magic'")],
)
def test_unknown_names_end_the_program_before_anything_runs(tmp_path, arguments, message, here):
    csv_files(tmp_path)
    with pytest.raises(SystemExit, match=message):
        program.main(["--folder", str(tmp_path), "--results", str(tmp_path / "r.jsonl"), *arguments])
    assert here.calls == []
