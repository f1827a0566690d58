"""Resuming a run gives, bit for bit, the run that was never interrupted."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.engines import surroundings
from bprop.rules import Foreign
from bprop.training import Terminated, stopping, trainer
from bprop.training.checkpoints import file, resume, writer
from bprop.training.progress import Silent

EXAMPLES = 30


@pytest.fixture(params=["numpy", "xla"])
def engine(request):
    if request.param == "xla":
        pytest.importorskip("jax")
    return request.param


def network(units=6, l2=1e-3, activation=bp.tanh):
    x, y = bp.Input("x", (4,)), bp.Input("y", (), dtype="int")
    W1, b1 = bp.Parameter("W1", (4, units)), bp.Parameter("b1", (units,))
    W2, b2 = bp.Parameter("W2", (units, 3)), bp.Parameter("b2", (3,))
    f = bp.softmax(bp.linear(bp.dropout(activation(bp.linear(x, W1, b1)), 0.3), W2, b2))
    return bp.Graph(loss=bp.nll(f, y), penalty=l2 * bp.l2(W1, W2), outputs={"f": f})


def data(count=EXAMPLES):
    rng = np.random.default_rng(0)
    return {"x": rng.normal(size=(count, 4)), "y": rng.integers(3, size=count)}


def train(engine="numpy", graph=None, examples=None, **settings):
    settings = {
        "rule": bp.SGD(bp.schedules.cosine(0.2, 60), momentum=0.9),
        "batch_size": 2,
        "epochs": 5,
        "seed": 3,
        "validation": 0.2,
    } | settings
    return bp.train(graph or network(), examples or data(), engine=engine, progress=False, **settings)


class StretchesOf:
    """Stretches of a fixed number of steps, instead of as many as the clock allows."""

    def __init__(self, count):
        self.count = count

    def __call__(self):
        return self

    def next(self, remaining):
        return min(self.count, remaining)

    def done(self, count):
        return 0.0


def interrupt_at(monkeypatch, updates, number=signal.SIGINT, stretch=1):
    """Stretches of few steps, and a signal as soon as so many updates are done."""

    class Signals(Silent):
        def steps(self, epoch, done, loss):
            if done == updates:
                signal.raise_signal(number)

    monkeypatch.setattr(trainer, "Pace", StretchesOf(stretch))
    monkeypatch.setattr(trainer, "progress_of", lambda *args: Signals())


def same_run(one, two):
    """The same bits, but for the time taken."""
    for name, array in one.params.items():
        assert array.tobytes() == two.params[name].tobytes(), name
    assert len(one.history) == len(two.history)
    for a, b in zip(one.history, two.history, strict=True):
        assert (a.epoch, a.updates, a.validation, a.penalty, a.learning_rate) == (
            b.epoch, b.updates, b.validation, b.penalty, b.learning_rate,
        )  # fmt: skip
        assert a.loss == b.loss
        assert a.accuracy == b.accuracy
    assert (one.stopped, one.best_epoch, one.updates) == (two.stopped, two.best_epoch, two.updates)


# --- resuming ---


@pytest.mark.parametrize("epochs", [1, 4])
def test_a_run_is_resumed_at_the_end_of_an_epoch(engine, tmp_path, epochs):
    train(engine, epochs=epochs, checkpoint=tmp_path / "run")
    same_run(train(engine, resume=tmp_path / "run"), train(engine))


@pytest.mark.parametrize("updates", [1, 12, 17, 35, 59])
def test_a_run_is_resumed_in_the_middle_of_an_epoch(engine, tmp_path, monkeypatch, updates, capsys):
    with monkeypatch.context() as patch:
        interrupt_at(patch, updates)
        stopped = train(engine, checkpoint=tmp_path / "run")
    assert (stopped.stopped, stopped.updates) == ("interrupted", updates)
    same_run(train(engine, resume=tmp_path / "run"), train(engine))


@pytest.mark.parametrize(
    "settings",
    [
        {"rule": bp.Adam(0.01)},
        {"rule": bp.SGD(0.1), "dtype": "float64"},
        {"patience": 2, "monitor": "accuracy", "epochs": 12},
        {"validation": None, "shuffle": False, "weights": np.linspace(0, 1, EXAMPLES)},
        {"batch_size": 7},
    ],
    ids=["adam", "plain_double", "early_stopping", "in_order_with_weights", "ragged"],
)
def test_every_kind_of_run_is_resumed(engine, tmp_path, monkeypatch, settings):
    whole = train(engine, **settings)
    steps = whole.history[0].updates
    with monkeypatch.context() as patch:
        interrupt_at(patch, 2 * steps + 1)
        assert train(engine, checkpoint=tmp_path / "run", **settings).stopped == "interrupted"
    same_run(train(engine, resume=tmp_path / "run", **settings), whole)


def test_a_run_is_resumed_many_times(tmp_path, monkeypatch):
    whole = train()
    resume = None
    for updates in (5, 13, 24, 36, 44):
        with monkeypatch.context() as patch:
            interrupt_at(patch, updates)
            train(checkpoint=tmp_path / "run", resume=resume)
        resume = tmp_path / "run"
    same_run(train(resume=resume), whole)


def test_a_run_that_early_stopping_ended_has_ended(tmp_path):
    settings = {"patience": 1, "epochs": 40, "rule": bp.SGD(1.5)}
    whole = train(checkpoint=tmp_path / "run", **settings)
    assert whole.stopped == "patience"
    same_run(train(resume=tmp_path / "run", **settings), whole)


def test_a_finished_run_is_resumed_for_more_epochs(tmp_path):
    train(epochs=5, checkpoint=tmp_path / "run")
    same_run(train(epochs=5, resume=tmp_path / "run"), train(epochs=5))
    same_run(train(epochs=7, resume=tmp_path / "run"), train(epochs=7))


def test_an_optax_run_is_resumed(tmp_path):
    optax = pytest.importorskip("optax")
    rule = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(optax.cosine_decay_schedule(0.01, 60)))
    train("xla", rule=rule, epochs=2, checkpoint=tmp_path / "run")
    same_run(train("xla", rule=rule, resume=tmp_path / "run"), train("xla", rule=rule))


def test_a_box_of_ones_own_is_resumed(tmp_path):
    class ResumedHalf(bp.Box):
        def fprop(self, a):
            return 0.5 * a

        def bprop(self, grad, value, a):
            return 0.5 * grad

    graph = network(activation=ResumedHalf)
    train(graph=graph, epochs=1, checkpoint=tmp_path / "run")
    same_run(train(graph=graph, resume=tmp_path / "run"), train(graph=graph))


# --- the file ---


def test_a_checkpoint_is_a_model_file(tmp_path):
    fit = train(checkpoint=tmp_path / "run", keep_best=False)  # a checkpoint holds the parameters of the last update
    net = bp.load(tmp_path / "run")
    assert net.history == fit.history
    np.testing.assert_array_equal(net.params["W1"], fit.params["W1"])
    assert os.listdir(tmp_path) == ["run"]


def test_checkpoints_are_written_as_time_passes(tmp_path, monkeypatch):
    times = iter(range(0, 10_000, 20))
    monkeypatch.setattr(writer, "clock", lambda: next(times))
    monkeypatch.setattr(trainer, "Pace", StretchesOf(2))
    written = []
    write = file.write

    def noting(path, model, *rest):
        written.append(model.updates)
        write(path, model, *rest)

    monkeypatch.setattr(file, "write", noting)
    train(epochs=2, checkpoint=tmp_path / "run")
    assert written[-1] == 24
    assert 2 < len(written) < 12
    assert min(written) < 12


def test_without_the_time_there_is_one_checkpoint_at_the_end(tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(file, "write", lambda path, model, *rest: written.append(model.updates))
    train(epochs=2, checkpoint=tmp_path / "run")
    assert written == [24]


def test_training_that_diverges_leaves_the_last_checkpoint(tmp_path):
    train(epochs=1, checkpoint=tmp_path / "run")
    before = (tmp_path / "run").read_bytes()
    with pytest.raises(errors.NonFiniteError):
        train(rule=bp.SGD(1e38), checkpoint=tmp_path / "run")
    assert (tmp_path / "run").read_bytes() == before


# --- refused before anything is trained ---


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"seed": 4}, "seed was 3, now 4"),
        ({"batch_size": 3}, "batch_size was 2, now 3"),
        ({"dtype": "float64"}, "dtype"),
        ({"shuffle": False}, "shuffle"),
        ({"examples": data(31)}, "examples was 24, now 25"),
        ({"rule": bp.Adam()}, "rule was"),
        ({"rule": bp.SGD(0.3)}, "rule was"),
        ({"graph": network(units=5)}, r"boxes differ \(W1"),
        ({"graph": network(l2=0.5)}, "boxes differ"),
        ({"graph": network(activation=bp.sigmoid)}, "boxes differ"),
    ],
)
def test_a_run_with_other_settings_is_not_resumed(tmp_path, settings, said):
    train(epochs=1, checkpoint=tmp_path / "run")
    with pytest.raises(errors.ModelFileError, match=said):
        train(resume=tmp_path / "run", **settings)


@pytest.mark.parametrize("weights", ["weights", "validation_weights"])
def test_a_run_with_other_example_weights_is_not_resumed(tmp_path, weights):
    """Of the training set and of the validation set: given to another run, changed in one place, or left out."""
    settings = {"epochs": 1, "validation": data(10)}
    count = EXAMPLES if weights == "weights" else 10
    given = np.linspace(0.5, 1.5, count)
    train(checkpoint=tmp_path / "run", **{weights: given}, **settings)
    changed = given.copy()
    changed[-1] += 1e-9
    which = {"weights": "checksum of the data", "validation_weights": "checksum of the validation set"}[weights]
    for other in (None, np.ones(count), given[::-1], changed):
        divided = r"(; weights divided was 'by the mean of the set', now None)?; the data has changed, or was read .*$"
        differ = f"settings differ: {which} was '[0-9a-f]*', now '[0-9a-f]*'"
        with pytest.raises(errors.ModelFileError, match=differ + divided):
            train(resume=tmp_path / "run", **{weights: other}, **settings)
    train(resume=tmp_path / "run", **{weights: given}, **(settings | {"epochs": 2}))


def test_a_run_whose_early_stopping_looked_at_something_else_is_not_resumed(tmp_path):
    """Its best value so far is a loss: no accuracy could ever be compared with it."""
    train(epochs=2, patience=3, checkpoint=tmp_path / "run")
    with pytest.raises(errors.ModelFileError, match="settings differ: monitor was 'loss', now 'accuracy'"):
        train(patience=3, monitor="accuracy", resume=tmp_path / "run")
    same_run(train(patience=3, resume=tmp_path / "run"), train(patience=3))


def test_a_checkpoint_that_does_not_say_what_early_stopping_looked_at_is_resumed(tmp_path, monkeypatch):
    whole = stopping.EarlyStopping.to_dict
    with monkeypatch.context() as patch:
        patch.setattr(
            stopping.EarlyStopping, "to_dict", lambda self: {k: v for k, v in whole(self).items() if k != "monitor"}
        )
        train(epochs=2, patience=3, checkpoint=tmp_path / "run")
    same_run(train(patience=3, resume=tmp_path / "run"), train(patience=3))


@pytest.mark.parametrize(("then", "now"), [("numpy", "native"), ("native", "xla"), ("xla", "numpy")])
def test_a_run_goes_on_upon_another_engine_and_says_so(tmp_path, monkeypatch, capsys, then, now):
    for needed in ("llvmlite", "jax"):
        pytest.importorskip(needed, reason=f"the other engines need {needed}")
    with monkeypatch.context() as patch:
        interrupt_at(patch, 17)
        train(then, checkpoint=tmp_path / "run")
    capsys.readouterr()
    found = train(now, resume=tmp_path / "run", checkpoint=tmp_path / "next")
    assert capsys.readouterr().err == (
        f"bprop: this run was on the {then} engine and goes on on {now}: not bit for bit the same; for that, resume it "
        f"with engine='{then}'\n"
    )
    whole = train("numpy")
    for record, expected in zip(found.history, whole.history, strict=True):
        assert record.updates == expected.updates
        assert record.loss == pytest.approx(expected.loss, rel=1e-3)
    for name, array in whole.params.items():
        np.testing.assert_allclose(found.params[name], array, rtol=1e-2, atol=1e-4)
    train(now, resume=tmp_path / "next", epochs=6)  # its checkpoints are the new engine's
    assert capsys.readouterr().err == ""


def test_a_checkpoint_that_does_not_say_its_engine_is_resumed_in_silence(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(writer, "ENGINE", "unknown")
    train(epochs=2, checkpoint=tmp_path / "run")
    monkeypatch.undo()
    same_run(train(resume=tmp_path / "run"), train())
    assert capsys.readouterr().err == ""


def test_another_optax_rule_is_not_resumed(tmp_path):
    optax = pytest.importorskip("optax")
    train("xla", rule=optax.sgd(0.1), epochs=1, checkpoint=tmp_path / "run")
    with pytest.raises(errors.ModelFileError, match="another rule"):
        train("xla", rule=optax.adam(0.1), resume=tmp_path / "run")
    with pytest.raises(errors.ModelFileError, match=r"another rule: rule.*step_size was -0.1, now -0.2"):
        train("xla", rule=optax.sgd(0.2), resume=tmp_path / "run")


def test_an_optax_rule_with_a_name_is_the_one_of_that_name(tmp_path, capsys):
    optax = pytest.importorskip("optax")
    train("xla", rule=optax.sgd(0.1), epochs=1, checkpoint=tmp_path / "run")
    train(
        "xla", rule=Foreign(optax.sgd(0.2), name="mine"), epochs=2, resume=tmp_path / "run", checkpoint=tmp_path / "b"
    )
    assert "bprop: the rule 'mine' is assumed to be that of the checkpoint" in capsys.readouterr().err
    train("xla", rule=Foreign(optax.sgd(0.3), name="mine"), epochs=3, resume=tmp_path / "b")
    assert capsys.readouterr().err == ""
    with pytest.raises(errors.ModelFileError, match="rule was named 'mine', now 'other'"):
        train("xla", rule=Foreign(optax.sgd(0.2), name="other"), epochs=3, resume=tmp_path / "b")


def test_attributes_of_a_rule_of_ones_own_are_compared(tmp_path):
    class Own(bp.Rule):
        def update(self, params, grads, state, rate, t):
            return {name: p - rate * self.factor * grads[name] for name, p in params.items()}, state

    def own(factor):
        rule = Own(0.1)
        object.__setattr__(rule, "factor", factor)
        return rule

    train(rule=own(0.5), epochs=1, checkpoint=tmp_path / "run")
    same_run(train(rule=own(0.5), epochs=2, resume=tmp_path / "run"), train(rule=own(0.5), epochs=2))
    with pytest.raises(errors.ModelFileError, match=r"another rule: rule.factor was 0.5, now 0.75"):
        train(rule=own(0.75), epochs=2, resume=tmp_path / "run")


def test_what_changes_only_the_bits_is_said_in_a_line(tmp_path, monkeypatch, capsys):
    kept = dict(surroundings.common())
    with monkeypatch.context() as patch:
        patch.setattr(surroundings, "common", lambda: {**kept, "NumPy": "1.0", "bprop": "0.0.1"})
        train(epochs=1, checkpoint=tmp_path / "run")
    same_run(train(resume=tmp_path / "run", checkpoint=tmp_path / "next"), train())
    assert capsys.readouterr().err == (
        f"bprop: this run continues with bprop {kept['bprop']} instead of 0.0.1 and with NumPy {np.__version__} "
        "instead of 1.0: the results may differ in the last bits\n"
    )
    train(resume=tmp_path / "next", epochs=6)  # its checkpoints are of now
    assert capsys.readouterr().err == ""


def test_a_checkpoint_of_an_older_bprop_that_does_not_say_what_decides_its_bits_is_resumed_with_a_line(
    tmp_path, monkeypatch, capsys
):
    optax = pytest.importorskip("optax")
    with monkeypatch.context() as patch:
        patch.setattr(writer, "SURROUNDINGS", "unknown")
        patch.setattr(resume, "RULE", "not known either")
        train(epochs=1, checkpoint=tmp_path / "run")
        train("xla", rule=optax.sgd(0.1), epochs=1, checkpoint=tmp_path / "foreign")
    same_run(train(resume=tmp_path / "run"), train())
    said = "bprop: this checkpoint does not say what it was computed with: whether the bits stay the same cannot be"
    assert capsys.readouterr().err.startswith(said)
    train("xla", rule=optax.sgd(0.2), epochs=2, resume=tmp_path / "foreign")
    assert "bprop: this checkpoint does not describe its rule" in capsys.readouterr().err


def test_a_model_is_no_checkpoint(tmp_path):
    bp.save(tmp_path / "net", train(epochs=1))
    with pytest.raises(errors.ModelFileError, match="not a checkpoint"):
        train(resume=tmp_path / "net")


def test_a_damaged_checkpoint_is_refused(tmp_path):
    train(epochs=1, checkpoint=tmp_path / "run")
    content = (tmp_path / "run").read_bytes()
    for length in range(0, len(content), 97):
        (tmp_path / "run").write_bytes(content[:length])
        with pytest.raises(errors.ModelFileError):
            train(resume=tmp_path / "run")


def test_a_missing_checkpoint_is_named(tmp_path):
    with pytest.raises(errors.ModelFileError, match="no such file"):
        train(resume=tmp_path / "run")


def forbidden(*args, **kwargs):
    raise AssertionError("training was started")


def test_a_place_where_no_checkpoint_can_be_written_is_refused_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(trainer.Trainer, "run", forbidden)
    with pytest.raises(errors.ModelFileError, match="there is no folder"):
        train(checkpoint=tmp_path / "missing" / "run")


def test_a_precision_that_no_checkpoint_can_hold_is_refused_at_once(tmp_path, monkeypatch):
    if np.dtype(np.longdouble).itemsize == 8:
        pytest.skip("longdouble is float64 here")
    monkeypatch.setattr(trainer.Trainer, "run", forbidden)
    with pytest.raises(errors.ModelFileError, match="cannot write a checkpoint"):
        train(dtype="longdouble", checkpoint=tmp_path / "run")


# --- SIGTERM ---

LONG = """
import sys
import numpy as np
import bprop as bp

x, y, w = bp.Input("x", (4,)), bp.Input("y"), bp.Parameter("w", (4,))
graph = bp.Graph(loss=bp.squared_error(bp.sum(x * w, axis=1), y))
rng = np.random.default_rng(0)
data = {"x": rng.normal(size=(100, 4)), "y": rng.normal(size=100)}
tell = lambda record, fit: print(record.epoch, flush=True) if record.epoch == 1 else None
bp.train(graph, data, rule=bp.SGD(1e-3), batch_size=1, epochs=int(sys.argv[2]), engine="numpy", progress=False,
         callbacks=[tell], checkpoint=sys.argv[1])
print("not reached")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
def test_sigterm_ends_the_program_and_leaves_a_checkpoint(tmp_path):
    (tmp_path / "long.py").write_text(LONG)
    command = [sys.executable, str(tmp_path / "long.py"), str(tmp_path / "run"), "1000000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "1\n"
        process.send_signal(signal.SIGTERM)
        said, complaint = process.communicate(timeout=30)
    assert process.returncode == 143
    assert said == ""
    assert "Traceback" not in complaint
    assert "interrupted in epoch" in complaint
    net = bp.load(tmp_path / "run")
    assert len(net.history) >= 1
    assert np.isfinite(net.params["w"]).all()


def test_sigterm_in_process_raises_a_system_exit_that_holds_the_fit(tmp_path, monkeypatch, capsys):
    interrupt_at(monkeypatch, 7, signal.SIGTERM)
    with pytest.raises(Terminated) as caught:
        train(checkpoint=tmp_path / "run")
    assert isinstance(caught.value, SystemExit)
    assert caught.value.code == 143
    assert caught.value.fit.updates == 7
    np.testing.assert_array_equal(bp.load(tmp_path / "run").params["W1"], caught.value.fit.params["W1"])


# --- a disk that fails ---


def test_a_checkpoint_that_fails_on_the_way_is_told_of_and_training_goes_on(tmp_path, monkeypatch, capsys):
    real, calls = file.write, []

    def full_at_first(*arguments):
        calls.append(arguments)
        if len(calls) < 3:
            raise errors.ModelFileError("cannot write: no space left")
        real(*arguments)

    monkeypatch.setattr(file, "write", full_at_first)
    monkeypatch.setattr(writer, "EVERY_SECONDS", -1.0)
    fit = train(checkpoint=tmp_path / "run.bprop")
    assert fit.stopped == "epochs"
    assert capsys.readouterr().err.count("no space left; training goes on") == 2
    same_run(train(resume=tmp_path / "run.bprop"), fit)


def test_where_the_last_checkpoint_fails_the_fit_is_with_the_error(tmp_path, monkeypatch):
    def full(*arguments):
        raise errors.ModelFileError("cannot write: no space left")

    monkeypatch.setattr(file, "write", full)
    with pytest.raises(errors.ModelFileError) as caught:
        train(checkpoint=tmp_path / "run.bprop")
    plain = train()
    assert all(np.array_equal(array, plain.params[name]) for name, array in caught.value.fit.params.items())


# --- example weights ---


def test_a_run_with_other_weights_is_not_resumed(tmp_path):
    weights = np.arange(1.0, EXAMPLES + 1)
    train(checkpoint=tmp_path / "run.bprop", weights=weights, epochs=1)
    same_run(train(resume=tmp_path / "run.bprop", weights=weights), train(weights=weights))
    for other in (None, weights[::-1], 2 * weights):
        with pytest.raises(errors.ModelFileError, match="checksum of the data"):
            train(resume=tmp_path / "run.bprop", weights=other)


def test_a_weighted_run_of_an_older_bprop_is_not_resumed(tmp_path, monkeypatch):
    weights, real = np.arange(1.0, EXAMPLES + 1), resume.fingerprint

    def older(job, shuffle):
        return {name: value for name, value in real(job, shuffle).items() if name != resume.WEIGHTS}

    monkeypatch.setattr(resume, "fingerprint", older)
    train(checkpoint=tmp_path / "weighted.bprop", weights=weights, epochs=1)
    train(checkpoint=tmp_path / "plain.bprop", epochs=1)
    monkeypatch.setattr(resume, "fingerprint", real)
    with pytest.raises(errors.ModelFileError, match="weights divided was 'by the sum of each batch"):
        train(resume=tmp_path / "weighted.bprop", weights=weights)
    same_run(train(resume=tmp_path / "plain.bprop"), train())


class Counted(dict):
    """The description of a box that counts how often it is compared."""

    compared = 0

    def __eq__(self, other):
        Counted.compared += 1
        return isinstance(other, dict) and dict(self) == dict(other)

    def __ne__(self, other):
        return not self == other

    __hash__ = None


def test_graphs_are_compared_box_by_box_and_not_each_with_all():
    then, now = ([Counted(name=f"b{k}", type="Tanh") for k in range(500)] for _ in range(2))
    Counted.compared = 0
    resume._need_same_graph("c", then, now[::-1])
    assert Counted.compared <= 500
    with pytest.raises(errors.ModelFileError, match=r"c: .* boxes differ \(b0, b1, .*b9, and 490 more\)"):
        resume._need_same_graph("c", then, [Counted(entry, type="Relu") for entry in now])
    with pytest.raises(errors.ModelFileError, match=r"boxes differ \(b499\)"):
        resume._need_same_graph("c", then, now[:-1])
