"""`bp.Live`: what the page of a run is told."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pytest

import bprop as bp
from bprop.reporting import live as module


@pytest.fixture
def live():
    found = bp.Live(quiet=True)
    yield found
    found.close()


def news(live, after=0, version=0):
    with urlopen(f"{live.url}new?after={after}&version={version}", timeout=5) as answer:
        return json.load(answer)


def asked(live, after=0, version=0, began=0):
    with urlopen(f"{live.url}new?after={after}&version={version}&began={began}", timeout=5) as answer:
        return json.load(answer)


def trained(live, epochs=3, **settings):
    data = {"x": np.eye(6, 4), "y": np.arange(6) % 3}
    more = {"engine": "numpy", "progress": False, "batch_size": 2, **settings}
    return bp.train(bp.mlp([4, 5, 3]), data, epochs=epochs, callbacks=[live], **more), data


def test_the_address_is_said(capsys):
    live = bp.Live()
    assert capsys.readouterr().out == f"live report: {live.url}\n"
    live.close()


def test_before_training_there_is_an_empty_page(live, data_of):
    with urlopen(live.url, timeout=5) as answer:
        page = data_of(answer.read().decode())
    assert page["live"] is True and page["records"] == []
    assert news(live)["run"]["status"] == "waiting"


def test_records_come_while_training_runs(live):
    seen = []

    def look(record, fit):
        told = news(live, after=len(seen), version=1)
        seen.extend(one["epoch"] for one in told["records"])
        assert told["next"] == record.epoch
        assert told["run"]["status"] == "running"
        assert told["run"]["epochs"] == 3

    data = {"x": np.eye(6, 4), "y": np.arange(6) % 3}
    graph = bp.mlp([4, 5, 3])
    bp.train(graph, data, epochs=3, callbacks=[live, look], engine="numpy", progress=False, health=True)
    assert seen == [1, 2, 3]
    end = news(live, after=3, version=1)
    assert end["run"]["status"] == "epochs"
    assert end["records"] == []
    assert dict(end["page"]["settings"])["epochs"] == 3


def test_what_is_known_is_not_sent_again(live):
    trained(live)
    first = news(live)
    again = news(live, first["next"], first["version"])
    assert "page" not in first["records"] and len(first["records"]) == 3
    assert again["records"] == [] and "page" not in again and "follows" not in again


def test_the_result_on_rows_held_out_is_shown(live):
    _, data = trained(live)
    live.show(data, name="test")
    assert news(live)["page"]["outcome"]["count"] == 6


def test_a_run_that_is_gone_on_with_shows_its_past(live, tmp_path):
    first = bp.Live(quiet=True)
    trained(first, epochs=2, checkpoint=tmp_path / "c")
    first.close()
    trained(live, epochs=4, resume=tmp_path / "c")
    assert [record["epoch"] for record in news(live)["records"]] == [1, 2, 3, 4]


def test_a_run_that_diverges_is_told(live):
    with pytest.raises(bp.errors.NonFiniteError):
        data = {"x": 1e3 * np.eye(6, 4), "y": np.arange(6.0)}
        graph = bp.mlp([4, 5, 1], activation="relu", task="regression")
        bp.train(graph, data, rule=bp.SGD(1e3), callbacks=[live], engine="numpy", progress=False, epochs=50)
    assert news(live)["run"]["status"] == "diverged"


def test_odd_questions_are_answered_as_the_first(live):
    trained(live)
    for query in ("after=-1", "after=x", "after=9999999999999999", "", "after=%F0", "version=1e9"):
        with urlopen(f"{live.url}new?{query}", timeout=5) as answer:
            assert json.load(answer)["next"] == 3


def test_training_is_the_same_with_it(live):
    with_it, _ = trained(live)
    without, _ = trained(lambda record, fit: None)
    assert all(with_it.params[name].tobytes() == without.params[name].tobytes() for name in without.params)


def test_it_waits_for_a_page_that_is_open_and_no_longer(monkeypatch):
    monkeypatch.setattr(module, "GRACE", 0.2)
    live, waited = bp.Live(quiet=True), []
    trained(live)
    monkeypatch.setattr(live._changed, "wait_for", lambda done, seconds: waited.append((done(), seconds)))
    live.close()
    assert waited == []  # nobody looks
    live = bp.Live(quiet=True)
    news(live)
    trained(live)
    monkeypatch.setattr(live._changed, "wait_for", lambda done, seconds: waited.append((done(), seconds)))
    live.close()
    assert waited == [(False, 0.2)]


def test_a_page_that_is_open_before_training_gets_title_and_drawing(live, data_of):
    with urlopen(live.url, timeout=5) as answer:
        page = data_of(answer.read().decode())
    assert page["began"] == 0 and "graph" not in asked(live, began=0)
    trained(live, notes={"source": "pets"})
    told = asked(live, began=page["began"])
    assert told["graph"]["title"] == "Training on pets"
    assert 'data-name="h1"' in told["graph"]["drawing"]
    assert "graph" not in asked(live, began=told["began"])  # once is enough


def test_a_second_training_begins_anew(live):
    trained(live, epochs=5)
    first = asked(live, began=0)
    live.show({"x": np.eye(6, 4), "y": np.arange(6) % 3})
    trained(live, epochs=2)
    told = asked(live, after=first["next"], version=first["version"], began=first["began"])
    assert [record["epoch"] for record in told["records"]] == [1, 2]
    assert told["began"] == first["began"] + 1 and "graph" in told
    assert told["page"]["outcome"] is None  # that was the first network's


def test_how_a_run_ended_is_told(live):
    trained(live, epochs=40, validation=0.5, patience=1, rule=bp.SGD(5.0))
    run = news(live)["run"]
    assert run["status"] == "patience"
    assert run["kept_epoch"] == run["best_epoch"] is not None


def test_a_run_that_diverges_says_where_and_what(live):
    with pytest.raises(bp.errors.NonFiniteError) as caught:
        data = {"x": 1e3 * np.eye(6, 4), "y": np.arange(6.0)}
        graph = bp.mlp([4, 5, 1], activation="relu", task="regression")
        bp.train(graph, data, rule=bp.SGD(1e3), callbacks=[live], engine="numpy", progress=False, epochs=50)
    told = news(live)
    assert told["run"]["failure"] == str(caught.value)
    assert not any("diverged" in said for said in told["follows"]["advice"])  # it stands at the top


def test_a_run_that_a_callback_breaks_off_is_not_said_to_go_on(live):
    def fail(record, fit):
        raise LookupError("no such thing")

    data = {"x": np.eye(6, 4), "y": np.arange(6) % 3}
    with pytest.raises(LookupError):
        bp.train(bp.mlp([4, 5, 3]), data, callbacks=[live, fail], engine="numpy", progress=False)
    run = news(live)["run"]
    assert (run["status"], run["failure"]) == ("failed", "LookupError: no such thing")


def test_where_a_browser_was_asked_it_is_waited_for(monkeypatch):
    monkeypatch.setattr(module, "OPENING", 0.3)
    live, waited = bp.Live(quiet=True), []
    monkeypatch.setattr(live._changed, "wait_for", lambda done, seconds: waited.append((done(), seconds)))
    live.close(awaited=True)
    assert waited == [(False, 0.3)]


# --- a training that is steered from its page ---


def wish(live, content):
    asked = Request(f"{live.url}do", content if isinstance(content, bytes) else json.dumps(content).encode())
    asked.add_header("Content-Type", "application/json")
    asked.add_header("Origin", live.url.rpartition("/")[0].rpartition("/")[0])
    try:
        with urlopen(asked, timeout=5) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_the_page_knows_where_training_is_within_an_epoch(live):
    moments = []

    class Looks:
        def step(self, record, fit):
            moments.append(news(live)["steering"]["moment"])

    data = {"x": np.eye(6, 4), "y": np.arange(6) % 3}
    bp.train(bp.mlp([4, 5, 3]), data, epochs=2, batch_size=2, callbacks=[live, Looks()], engine="numpy", progress=False)
    assert [(one["epoch"], one["step"], one["updates"]) for one in moments[1:4]] == [(1, 1, 1), (1, 2, 2), (1, 3, 3)]
    assert {(one["epochs"], one["steps"], one["total"]) for one in moments[1:]} == {(2, 3, 6)}
    assert news(live)["steering"]["followed"] is False  # it is over


def test_a_page_stops_training_and_changes_its_rate(live):
    def look(record, fit):
        if record.epoch == 1:
            assert wish(live, {"do": "rate", "value": 0.7}) == (200, {**news(live)["steering"], "rate": 0.7})
        if record.epoch == 3:
            assert wish(live, {"do": "stop"})[1]["stopping"] is True

    data = {"x": np.eye(6, 4), "y": np.arange(6) % 3}
    fit = bp.train(bp.mlp([4, 5, 3]), data, epochs=9, callbacks=[live, look], engine="numpy", progress=False)
    assert (fit.stopped, [record.learning_rate for record in fit.history]) == ("callback", [0.1, 0.7, 0.7])
    told = news(live)
    assert (told["run"]["status"], told["run"]["by_hand"]) == ("callback", True)
    assert "from update 1 by hand 0.7" in dict(told["page"]["settings"])["rule"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b"[" * 4000, {"do": "fly"}, {"do": "pause"}])
def test_what_is_no_command_or_comes_too_late_is_refused(live, content):
    code, answer = wish(live, content)
    assert code == 400 and answer["error"]


def test_a_second_training_is_not_stopped_by_the_wish_to_stop_the_first(live):
    live.steering.begin()
    live.steering.wish({"do": "stop"})
    fit, _ = trained(live, epochs=2)
    assert (fit.stopped, len(fit.history)) == ("epochs", 2)
