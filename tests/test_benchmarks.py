"""The benchmark harness: it runs, it notices wrong results, and what it writes can be joined and read."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # the harness is no part of the package

import benchmarks.__main__ as program  # noqa: E402
from benchmarks import cases, fresh, memory, parts, peers, predict, reference, report, size, start, steps  # noqa: E402
from benchmarks.machine import bandwidth, caches, floor, limits, passes  # noqa: E402
from benchmarks.settings import Settings  # noqa: E402
from benchmarks.text import number, ratio  # noqa: E402
from benchmarks.worker import PeerError, Session, Worker  # noqa: E402
from benchmarks.write import END, START, write  # noqa: E402

TINY = cases.Case((5, 4, 3), 2, "tanh", steps=20)
OURS, BY_HAND = "bprop (numpy)", "NumPy by hand"
LEVELS = {
    "L1": {"capacity": 1000, "array": 500, "read": 4e9, "update": 2e9},
    "DRAM": {"capacity": None, "array": 5000, "read": 1e9, "update": 1e9},
}
LIMITS = {
    "products": {"NumPy": 1e11, "other": 2e11},
    "memory": {"passes": "compiled loops", "threads": 2, "sizes_known": True, "levels": LEVELS},
}


class Here:
    """A worker in this process; `spoil` changes the theta that it finds."""

    def __init__(self, name, spoil=lambda theta: theta):
        self.session, self.spoil = Session(name), spoil

    def ask(self, method, *arguments):
        found = getattr(self.session, method)(*arguments)
        return self.spoil(found) if method == "prepare" else found


@pytest.fixture
def settings():
    return Settings((TINY,), (OURS, BY_HAND), rounds=2, small=True)


@pytest.fixture
def case(settings):
    """The results of two peers on the tiny case."""
    return steps.on_case(TINY, {name: Here(name) for name in settings.peers}, settings)


# -- steps --------------------------------------------------------------------------------------------------------


def test_one_case_end_to_end_in_processes_of_the_peers(settings, monkeypatch, capsys):
    monkeypatch.setattr(limits, "measure", lambda small: LIMITS)
    found = steps.measure(settings)["cases"][TINY.name]
    assert set(found["microseconds"]) == {OURS, BY_HAND}
    assert all(len(times) == 2 and min(times) > 0 for times in found["microseconds"].values())
    assert max(error["movement"] for error in found["errors"].values()) < 1e-4
    assert "done" in capsys.readouterr().err


@pytest.mark.parametrize("name", [name for name in peers.PEERS if name != "torch.compile"])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_every_peer_that_is_here_comes_to_the_result_of_float64(name, activation):
    given = cases.problem(cases.Case((5, 4, 3), 2, activation, steps=20))
    try:
        theta = peers.PEERS[name].prepare(given)(2)
    except (ImportError, peers.UnavailableError) as error:
        pytest.skip(str(error))
    steps.check(name, given, theta, reference.train(given, np.float64, 2))


@pytest.mark.parametrize("factor", [1.01, np.nan])
def test_a_wrong_result_ends_the_run(settings, factor):
    worker = Here(OURS, lambda theta: {**theta, "W1": theta["W1"] * factor})
    with pytest.raises(SystemExit, match="bprop \\(numpy\\) ends elsewhere than float64"):
        steps.on_case(TINY, {OURS: worker}, settings)


def test_a_penalty_left_out_is_noticed_where_the_loss_hardly_shows_it(monkeypatch):
    given = cases.problem(cases.Case((54, 256, 256, 7), 128, "relu", steps=20))
    exact = reference.train(given, np.float64)
    monkeypatch.setattr(reference, "L2", 0.0)
    theta = reference.train(given, np.float32)
    assert reference.loss(given, theta) == pytest.approx(reference.loss(given, exact), rel=steps.LOSS_TOLERANCE)
    with pytest.raises(SystemExit, match="its movement"):
        steps.check("a peer", given, theta, exact)


def test_a_peer_that_cannot_run_is_left_out_with_its_reason(settings, monkeypatch):
    monkeypatch.setitem(peers.PEERS, "odd", peers.Peer("bprop", settings=(("engine", "steam"),)))
    found = steps.on_case(TINY, {"odd": Here("odd"), OURS: Here(OURS)}, settings)
    assert found["left_out"] == {"odd": "this bprop has no engine called 'steam'"}
    lines = steps.markdown({"limits": LIMITS, "cases": {TINY.name: found}})
    assert lines[-1] == "- odd was left out: this bprop has no engine called 'steam'"


def test_a_peer_whose_process_dies_or_fails_is_an_error():
    with Worker(BY_HAND) as worker:
        with pytest.raises(PeerError, match="NumPy by hand: AttributeError"):
            worker.ask("train", 1)  # nothing was prepared
        worker.process.kill()
        with pytest.raises(PeerError, match="ended with exit code"):
            worker.ask("train", 1)


class Sleeper:
    """It answers after a minute."""

    def __init__(self, name):
        pass

    def rest(self):
        time.sleep(60)


def test_a_peer_that_takes_longer_than_its_limit_is_ended():
    with Worker("a sleeper", Sleeper, limit=0.1) as worker:
        with pytest.raises(PeerError, match=r"a sleeper: it took longer than 0\.1 s"):
            worker.ask("rest")
        assert not worker.process.is_alive()


# -- choosing -----------------------------------------------------------------------------------------------------


def test_peers_are_chosen_by_name_or_part():
    assert peers.choose("bprop") == ["bprop"]
    assert peers.choose("(native), scan") == ["bprop (native)", "JAX scan (expert)"]
    assert "bprop (numpy)" not in peers.choose("") and "bprop" in peers.choose("")
    assert peers.choose("all") == list(peers.PEERS)
    with pytest.raises(SystemExit, match="no peer is called 'fann'"):
        peers.choose("fann")


def test_cases_and_parts_are_chosen():
    assert [case.batch for case in cases.select("64-100, x5")] == [1, 32, 10]
    assert cases.select("") == cases.CASES and len(cases.CASES) == 11
    assert list(parts.select("size,steps")) == ["steps", "size"]
    for wrong in (lambda: cases.select("nothing"), lambda: parts.select("speed")):
        with pytest.raises(SystemExit):
            wrong()


# -- the machine --------------------------------------------------------------------------------------------------


def test_the_floor_is_the_larger_of_products_and_moving():
    microseconds, reason = floor.of(10, 1000, LIMITS)
    assert (microseconds, reason) == (pytest.approx(1e6 * (1000 / 4e9 + 2000 / 2e9)), "L1")
    assert floor.of(10, 1001, LIMITS)[1] == "DRAM"
    assert floor.of(10**9, 1000, LIMITS) == (pytest.approx(5000), "products")


def test_sizes_of_caches_are_read_or_assumed(tmp_path, monkeypatch):
    monkeypatch.setattr(caches, "processors", lambda: [0, 1])
    monkeypatch.setattr(caches, "SYSTEM", tmp_path)
    found, known = caches.levels()
    assert not known and [level.name for level in found] == ["L1", "L2", "L3", "DRAM"]
    for cpu in (0, 1):
        indices = (("Data", 1, "48K", cpu), ("Instruction", 1, "32K", cpu), ("Unified", 2, "4M", "0-3"))
        for index, values in enumerate(indices):
            folder = tmp_path / f"cpu{cpu}" / "cache" / f"index{index}"
            folder.mkdir(parents=True)
            for name, value in zip(("type", "level", "size", "shared_cpu_list"), values, strict=True):
                (folder / name).write_text(f"{value}\n")
    found, known = caches.levels()
    assert known and [level.name for level in found] == ["L1", "L2", "DRAM"]
    assert [level.capacity for level in found] == [2 * 48 * 2**10, 4 * 2**20, None]
    assert [level.share for level in found] == [24 * 2**10, 2**20, 2**27]


def test_bandwidth_is_measured(monkeypatch):
    monkeypatch.setattr(caches, "processors", lambda: [0])
    monkeypatch.setattr(bandwidth, "BYTES", 2**16)
    monkeypatch.setattr(bandwidth, "levels", lambda: ([caches.Level("L1", 2**14, 2**13)], True))
    level = bandwidth.measure(0.0)["levels"]["L1"]
    assert level["read"] > 0 and level["update"] > 0 and level["array"] % 2**13 == 0


def test_compiled_passes_change_what_they_update_and_only_that():
    pytest.importorskip("llvmlite")
    found = passes.fastest()
    a = np.full(2 * passes.BLOCK + 16, 3, np.float32)
    first = -a.ctypes.data % 64 // 4
    inside = a[first : first + 2 * passes.BLOCK]
    found.read(inside, 3)
    found.update(inside, 3)
    assert found.name == "compiled loops" and (a == 3).all()


# -- the other parts ----------------------------------------------------------------------------------------------


def test_wrong_probabilities_end_the_run():
    probabilities = Session(BY_HAND).prepare_predict(TINY, 10)
    predict.check("a peer", TINY, probabilities)
    with pytest.raises(SystemExit, match="differ from float64"):
        predict.check("a peer", TINY, probabilities + 1e-3)


def test_prediction_is_timed(settings):
    found = {"5-4-3": predict.on_case(TINY, {BY_HAND: Here(BY_HAND), "bprop": Here("bprop")}, settings)}
    assert "| network | bprop | NumPy by hand |" in predict.markdown(found)


def test_a_fresh_process_tells_value_and_reason():
    run = fresh.call("benchmarks.memory:runtime", ["json"])
    assert run.value > 2**20 and run.seconds > 0
    assert fresh.call("benchmarks.memory:runtime", ["no_such_module"]).reason == "No module named 'no_such_module'"
    with pytest.raises(SystemExit, match="AttributeError"):
        fresh.call("benchmarks.memory:nothing")


def test_installed_sizes_hold_what_is_needed(settings):
    found = size.measure(settings)
    assert {"bprop", "numpy", "safetensors"} <= set(found["bprop"])
    assert min(found["bprop"].values()) > 10_000
    assert size.markdown(found)[4].startswith("| installation |")


def test_start_and_memory_are_told():
    told = start.markdown({"imports": {"numpy": [0.1], "bprop": [0.12]}, "cold": {OURS: [1.0]}, "warm": {OURS: [0.5]}})
    assert "| `import bprop` | 0.12 | 1.20 |" in told and f"| {OURS} | 1 | 0.5 |" in told
    one = {"data": 6e6, "params": 1e6, "peers": {OURS: {"peak": 70e6, "runtime": 50e6}}}
    assert memory.markdown({"a": one})[-1] == f"| a, {OURS} | 70 | 50 | 20 | 10 | 2.00 |"


# -- reports ------------------------------------------------------------------------------------------------------


def test_parts_of_a_run_are_joined_into_one_report(case):
    head = {"date": ["d"], "command": ["c"], "machine": ["m"], "versions": ["v"]}
    better = {**LIMITS, "products": {"NumPy": 4e11}}
    one = {"about": head, "steps": {"limits": LIMITS, "cases": {"first": case}}}
    two = {"about": {**head, "command": ["c2"]}, "steps": {"limits": better, "cases": {"second": case}}, "size": {}}
    both = report.join(json.loads(json.dumps([one, two])))
    assert both["about"]["command"] == ["c", "c2"] and list(both["steps"]["cases"]) == ["first", "second"]
    assert both["steps"]["limits"]["products"] == {"NumPy": 4e11, "other": 2e11}
    assert both["size"] == {}
    text = report.markdown({key: both[key] for key in ("about", "steps")})
    assert text.count("| first |") == 3 and text.count("| second |") == 3
    assert f"### Time of {OURS} / time of a peer" in text and "- command: c; c2" in text
    with pytest.raises(SystemExit, match="two machines"):
        report.join([one, {"about": {**head, "machine": ["n"]}}])


def test_the_head_names_no_files(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["x", "--json", "a/b.json", "--cases", "64-100, x5", "--write", "c", "--small"])
    assert report.about()["command"] == ['python -m benchmarks --cases "64-100, x5" --small']


def test_the_report_replaces_what_stands_between_two_comments(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{START}\nold\n{END}\nafter\n")
    write(page, "new")
    write(page, "newer")
    assert page.read_text() == f"before\n{START}\n\nnewer\n\n{END}\nafter\n"
    page.write_text("no place")
    with pytest.raises(SystemExit, match="not marked"):
        write(page, "new")


def test_the_page_and_its_numbers_are_written_together(tmp_path, monkeypatch, case, capsys):
    head = {"date": ["d"], "command": ["c"], "machine": ["m"], "load": ["0.1 at the start"], "versions": ["v"]}
    part, page, kept = tmp_path / "part.json", tmp_path / "page.md", tmp_path / "main.json"
    part.write_text(json.dumps({"about": head, "steps": {"limits": LIMITS, "cases": {"first": case}}}))
    page.write_text(f"{START}\n{END}\n")
    monkeypatch.setattr(program, "MAIN", kept)
    for source in (part, kept):  # the page comes from the kept file just as it was
        monkeypatch.setattr(sys, "argv", ["x", "--join", str(source), "--write", str(page)])
        program.main()
        assert json.loads(kept.read_text()) == json.loads(part.read_text())
        assert page.read_text() == f"{START}\n\n{capsys.readouterr().out.strip()}\n\n{END}\n"
        assert "- load: 0.1 at the start" in page.read_text()


@pytest.mark.parametrize(("file", "page"), [("main.json", "README.md"), ("intel.json", "INTEL.md")])
def test_a_page_shows_the_numbers_that_are_kept(file, page):
    place = ROOT / "benchmarks" / "results"
    text = (ROOT / "benchmarks" / page).read_text(encoding="utf-8")
    for path in place.glob(file):
        shown = report.markdown(json.loads(path.read_text(encoding="utf-8")))
        assert shown in text, f"run: python -m benchmarks --join {path} --json {path} --write benchmarks/{page}"


def test_every_file_of_numbers_says_where_it_is_shown():
    place = ROOT / "benchmarks" / "results"
    text = (place / "README.md").read_text(encoding="utf-8")
    assert all(f"`{path.name}`" in text for path in place.iterdir() if path.name != "README.md")


def test_the_readme_has_the_place():
    text = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    assert text.count(START) == text.count(END) == 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.01234, "0.0123"), (1.2, "1.2"), (99.96, "100"), (123.4, "123"), (12345.6, "12,300"), (1e6, "1,000,000")],
)
def test_numbers_are_written_out(value, shown):
    assert number(value) == shown


def test_small_ratios_keep_two_digits():
    assert [ratio(value) for value in (1.234, 0.125, 0.00678)] == ["1.23", "0.12", "0.0068"]
