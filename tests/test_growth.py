"""Nothing takes time that grows with the square of rows, columns, classes or boxes.

No clock is looked at: the calls are counted, each of Python's own that looks through a list or a text by its length.
"""

import csv
import io
import sys

import numpy as np
import pytest

import bprop as bp
from bprop.sources.answer import Answer
from bprop.sources.columns import infer
from bprop.sources.formats import Csv, Source, blocks, parts
from bprop.sources.formats.arrays import frame_of_arrays
from bprop.sources.formats.layout import layout_of
from bprop.sources.opening import open_rows
from bprop.sources.preparation import Preparation
from bprop.sources.read_options import INFERRED

MOST = 2.5
"""Times the cost, where the size is doubled."""
THROUGH = ("count", "index", "insert", "remove", "pop", "find", "rfind", "split", "partition", "strip", "lstrip",
           "join", "replace", "copy", "startswith", "splitlines")  # fmt: skip
"""Methods of lists and texts that may look at all of them."""


def cost(work):
    """The calls that `work` makes; of the methods above, also the length of what they look through."""
    count = 0

    def profile(frame, event, called):
        nonlocal count
        if event == "call":
            count += 1
        elif event == "c_call":
            count += 1
            owner = getattr(called, "__self__", None)
            if isinstance(owner, list | str | bytes | tuple) and called.__name__ in THROUGH:
                last = isinstance(owner, list) and called.__name__ == "pop"
                count += 0 if last else len(owner) // 8

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def need_linear(make, size):
    """Check work = make(size), which is done once before it is counted, for what is only done once."""
    make(max(2, size // 8))()
    once, twice = cost(make(size)), cost(make(2 * size))
    assert once > size / 2, "hardly anything was counted"
    assert twice < MOST * once, f"{twice / once:.1f} times the calls at twice the size"


def table(rows, columns, classes=2):
    """A CSV of numbers, of which the last column is a class."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([f"c{k}" for k in range(columns)] + ["y"])
    for row in range(rows):
        writer.writerow([(row * 7 + k * 3) % 11 / 2 for k in range(columns)] + [f"k{row % classes}"])
    return file.getvalue().encode()


def test_the_count_sees_what_grows_with_the_square():
    names = [f"name {k}" for k in range(4000)]
    with pytest.raises(AssertionError, match="times the calls"):
        need_linear(lambda size: lambda: [names[:size].count(name) for name in names[:size]], 1000)
    with pytest.raises(AssertionError, match="times the calls"):
        need_linear(lambda size: lambda: [abs(1) for _ in range(size) for _ in range(size)], 60)
    need_linear(lambda size: lambda: [abs(1) for _ in range(size)], 1000)


def test_columns_of_a_header(tmp_path):
    def make(size):
        content = table(2, size)
        return lambda: layout_of(tmp_path / "t.csv", content, True, INFERRED)

    need_linear(make, 2000)


def test_columns_of_numbers(tmp_path):
    def make(size):
        path = tmp_path / f"{size}.csv"
        path.write_bytes(table(3, size, 1).replace(b"k0", b"1"))
        x = np.ones((2, size))
        answer = Answer(("y",), "regression", None)
        names = tuple(f"c{k}" for k in range(size))
        preparation = Preparation.fit(frame_of_arrays("x", x, x[:, 0], names, "y"), answer)
        return lambda: preparation.arrays(open_rows(str(path)))

    need_linear(make, 1000)


@pytest.mark.parametrize("polars", [True, False])
def test_columns_rows_and_classes_of_a_table(tmp_path, monkeypatch, polars):
    if polars:
        pytest.importorskip("polars")
    else:
        monkeypatch.setattr(parts, "can_use_polars", lambda: False)

    def work(content):
        frame = Csv().read(Source(tmp_path / "t.csv", content, lambda: content))
        preparation = Preparation.fit(frame, Answer.of(frame, ("y",)))
        preparation.arrays(frame)
        infer.listed(preparation.kinds)
        Preparation.from_notes(preparation.to_notes())

    def made(content):
        return lambda: work(content)

    need_linear(lambda size: made(table(24, size)), 150)
    need_linear(lambda size: made(table(size, 3)), 1500)
    need_linear(lambda size: made(table(2 * size, 3, size)), 600)


@pytest.mark.parametrize("line", [b"1,2\n", b'"1","x y"\n', b'1,"x\ny"\n', b'5" pipe,3\n'])
@pytest.mark.parametrize("first", [b"", b'5" pipe,3\n'])
def test_rows_that_are_read_piece_by_piece(tmp_path, monkeypatch, line, first):
    pytest.importorskip("polars")
    monkeypatch.setattr(blocks, "BLOCK", 4000)
    monkeypatch.setattr(blocks, "LONGEST_CELL", 500)

    def make(size):
        path = tmp_path / f"{size}.csv"
        path.write_bytes(b"a,b\n" + first + line * size)
        return lambda: sum(map(len, Csv().scan(path)))

    need_linear(make, 4000)


def test_a_quote_that_is_left_open(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", 4000)
    monkeypatch.setattr(blocks, "LONGEST_CELL", 500)

    def make(size):
        path = tmp_path / f"{size}.csv"
        path.write_bytes(b"a,b\n" + b"1,2\n" * size + b'1,"2\n' + b"1,2\n" * size)

        def work():
            with pytest.raises(bp.errors.DataError, match="a quote is left open"):
                list(Csv().scan(path))

        return work

    need_linear(make, 3000)


def chain(size):
    """One box on the other, `size` of them."""
    h = x = bp.Input("x", (2,))
    for _ in range(size):
        h = bp.tanh(h)
    return bp.Graph(loss=bp.squared_error(h, x), outputs={"f": h})


def embeddings(size):
    """So many columns of categories side by side."""
    parts = [bp.take(bp.Parameter(f"E{k}", (5, 2)), bp.Input(f"c{k}", (), "int")) for k in range(size)]
    a = bp.linear(bp.concat(parts), bp.Parameter("W", (2 * size, 2)), bp.Parameter("b", (2,)))
    return bp.Graph(loss=bp.squared_error(a, bp.Input("y", (2,))), outputs={"f": a})


def sums(size):
    """A sum of so many inputs, each added to those before."""
    h = bp.Input("x0")
    for k in range(1, size):
        h = h + bp.Input(f"x{k}")
    return bp.Graph(loss=bp.squared_error(h, bp.Input("y")), outputs={"f": h})


def batch_of(graph):
    return {
        name: np.zeros((3, *box.shape), np.int64 if box.dtype == "int" else np.float64)
        for name, box in graph.inputs.items()
    }


def described(graph):
    return lambda: bp.Graph.from_description(graph.describe())


def shown(graph):
    return lambda: str(graph)


def drawn(graph):
    return lambda: graph.draw(collapse=False).svg()


def passed(graph):
    params, batch = graph.init(0), batch_of(graph)
    return lambda: graph.bprop(graph.fprop(params, batch))


def trained(graph):
    data = batch_of(graph)
    return lambda: bp.train(graph, data, epochs=1, engine="numpy", progress=False)


@pytest.mark.parametrize("graph", [chain, embeddings, sums])
@pytest.mark.parametrize("work", [described, shown, drawn, passed, trained])
def test_boxes(graph, work):
    need_linear(lambda size: work(graph(size)), 60)


@pytest.mark.parametrize("graph", [chain, embeddings, sums])
def test_boxes_that_are_made(graph):
    need_linear(lambda size: lambda: graph(size), 60)


@pytest.mark.parametrize("graph", [chain, embeddings, sums])
def test_boxes_of_a_file(graph, tmp_path):
    def make(size):
        made = graph(size)
        model = bp.Model(made, made.init(0))

        def work():
            model.save(tmp_path / "m.bprop")
            bp.load(tmp_path / "m.bprop")

        return work

    need_linear(make, 60)


@pytest.mark.parametrize("graph", [chain, embeddings, sums])
def test_boxes_of_a_report(graph, tmp_path):
    def make(size):
        made = graph(size)
        fit = bp.train(made, batch_of(made), epochs=1, engine="numpy", progress=False)
        return lambda: bp.report(fit, tmp_path / "r.html")

    need_linear(make, 60)


@pytest.mark.parametrize("graph", [chain, embeddings, sums])
def test_boxes_of_an_onnx_file(graph, tmp_path):
    pytest.importorskip("onnx")

    def make(size):
        made = graph(size)
        model = bp.Model(made, made.init(0))
        return lambda: bp.to_onnx(model, tmp_path / "m.onnx")

    need_linear(make, 60)


@pytest.mark.parametrize("graph", [chain, embeddings, sums])
def test_boxes_that_are_walked_through(graph):
    def make(size):
        made = graph(size)
        params, batch = made.init(0), batch_of(made)

        def work():
            stepper = bp.Stepper(made, params, batch)
            stepper.run()
            str(stepper)

        return work

    need_linear(make, 60)


@pytest.mark.parametrize("graph", [embeddings, sums])
def test_boxes_of_a_checkpoint(graph, tmp_path):
    def make(size):
        made, path = graph(size), tmp_path / f"{size}.checkpoint"
        data = batch_of(made)
        settings = {"engine": "numpy", "progress": False, "checkpoint": path}
        bp.train(made, data, epochs=1, **settings)
        return lambda: bp.train(made, data, epochs=2, resume=path, **settings)

    need_linear(make, 60)
