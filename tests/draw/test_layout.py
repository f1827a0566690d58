"""Rectangles that do not overlap, lines that begin and end at them, arrows up."""

import re
from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import bprop as bp
from bprop.draw.letters import BODY, NAME, SMALL, width


def overlap(a, b):
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def label_frame(label):
    wide = width(label.text, SMALL if label.kind == "lane" else BODY)
    x = label.x - {"start": 0, "middle": wide / 2, "end": wide}[label.anchor]
    return type(
        "Rectangle", (), {"x": x, "y": label.y - 8, "width": wide, "height": 9, "text": label.text, "kind": label.kind}
    )


def check(layout):
    """What must hold of every layout."""
    frames, labels = layout.frames, [label_frame(label) for label in layout.labels if label.text]
    for one, other in combinations(frames, 2):
        assert not overlap(one, other), (one.node.name, other.node.name)
    for label in labels:
        assert not [f.node.name for f in frames if overlap(label, f)], label.text
    for one, other in combinations(labels, 2):
        assert not overlap(one, other), (one.text, other.text)
    for part in [*frames, *(label for label in labels if label.kind == "shape")]:
        assert part.x >= -0.01 and part.x + part.width <= layout.width + 0.01
        assert part.y >= -0.01 and part.y + part.height <= layout.height + 0.01
    for frame in frames:
        room, node = frame.width - 10, frame.node
        assert width(node.shown, NAME) <= room and width(node.small, SMALL) <= room
        assert all(width(line, BODY) <= room for line in node.lines)
        for what, summary in node.panels:
            assert all(84 + width(line, SMALL) <= room for line in [what, *summary.lines()])
    at = {frame.node: frame for frame in frames}
    for line in layout.lines:
        if line.tip is not None:
            target, (x, y) = at[line.edge.target], line.tip
            assert target.x - 0.1 <= x <= target.x + target.width + 0.1
            assert target.y - 0.1 <= y <= target.y + target.height + 0.1
    assert {line.edge.target for line in layout.lines} <= at.keys()
    lines_keep_off_boxes(layout)


def points(path):
    """Points along straight pieces and curves of path data, in order."""
    x = y = 0.0
    for command, text in re.findall(r"([MLVHC])([^MLVHC]*)", path):
        numbers = [float(n) for n in text.split()]
        start = (x, y)
        if command == "V":
            ends = [(x, numbers[0])]
        elif command == "H":
            ends = [(numbers[0], y)]
        else:
            ends = list(zip(numbers[::2], numbers[1::2], strict=True))
        x, y = ends[-1]
        if command == "M":
            continue
        p0, *inner = [start, *ends]
        for step in range(1, 21):
            t = step / 20
            if len(inner) == 1:
                yield p0[0] + t * (x - p0[0]), p0[1] + t * (y - p0[1])
            else:
                (p1, p2, p3), u = inner, 1 - t
                yield tuple(
                    u**3 * a + 3 * u * u * t * b + 3 * u * t * t * c + t**3 * d
                    for a, b, c, d in zip(p0, p1, p2, p3, strict=True)
                )


def lines_keep_off_boxes(layout):
    frames = layout.frames
    left, top, width, height = np.array([(f.x, f.y, f.width, f.height) for f in frames]).T
    for line in layout.lines:
        x, y = np.array(list(points(line.path))).T[:, :, None]
        inside = (left + 1 < x) & (x < left + width - 1) & (top + 1 < y) & (y < top + height - 1)
        crossed = [frames[place].node.name for place in np.flatnonzero(inside.any(axis=0))]
        assert not crossed, (line.edge.source.name, line.edge.target.name, crossed)


def test_every_graph_is_laid_out_well(graph):
    check(graph.draw().layout)
    check(graph.draw(collapse=True).layout)
    check(graph.draw(collapse=False).layout)


def test_so_it_is_with_values(graph, values_of):
    params, data = values_of(graph)
    check(graph.draw(params, data).layout)


def test_a_tall_drawing_is_wrapped():
    layout = bp.mlp([8, *[6] * 49, 3], l2=1e-4).draw().layout
    assert 0.5 < layout.width / layout.height < 2
    assert len({round(frame.x) for frame in layout.frames if frame.node.kind == "layer"}) > 2


def test_the_loss_is_above_what_it_needs():
    for graph in (bp.mlp([4, 5, 3], l2=0.1), bp.mlp([4, 3], l1=0.1)):
        frames = {frame.node.name: frame for frame in graph.draw().layout.frames}
        for name, box in graph.boxes.items():
            for child in {graph.names[child] for child in box.children} & frames.keys():
                low, high = frames[child], frames[name]
                beside = abs(low.y + low.height / 2 - high.y - high.height / 2) < high.height
                assert beside or low.y > high.y + high.height
        assert frames["objective"].y == min(frame.y for frame in frames.values())


def test_every_edge_has_its_whole_path_and_edges_to_one_penalty_share_their_way():
    layout = bp.mlp([4, 5, 5, 5, 3], l2=0.1).draw().layout
    frames = {frame.node: frame for frame in layout.frames}
    for line in layout.lines:
        assert line.path.count("M") == 1
        (x, y), box = list(points(line.path))[-1], frames[line.edge.target]
        assert box.x - 0.1 <= x <= box.x + box.width + 0.1 and box.y - 0.1 <= y <= box.y + box.height + 0.1
    pieces = [piece for line in layout.lines for piece in re.findall(r"C[^MLVHC]*", line.path)]
    assert 3 < len(set(pieces)) < len(pieces)
    arrows = [line.tip for line in layout.lines if line.tip]
    assert len(arrows) == len(set(arrows)) < len(layout.lines)


@st.composite
def graphs(draw_one):
    """Any acyclic graph: each box takes any two before it."""
    boxes = [bp.Input("x", (3,)), bp.Input("z", (3,)), bp.Parameter("w", (3,)), bp.Parameter("v", (3,))]
    for number in range(draw_one(st.integers(1, 14))):
        some = st.sampled_from(boxes)
        one, other = draw_one(some), draw_one(some)
        boxes.append(draw_one(st.sampled_from([bp.add, bp.multiply]))(one, other, name=f"box{number}"))
    last = boxes[-1] + boxes[0]
    penalised = [box for box in boxes[2:4] if draw_one(st.booleans())]
    penalty = 0.1 * bp.l2(*penalised) if penalised else None
    return bp.Graph(loss=bp.squared_error(last, bp.Input("y", (3,))), penalty=penalty, outputs={"last": last})


@given(graphs())
def test_any_graph_is_laid_out_well(graph):
    check(graph.draw().layout)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=12), st.booleans(), st.booleans())
def test_any_perceptron_is_laid_out_well(sizes, collapse, penalised):
    graph = bp.mlp([*sizes, 3], l2=0.1 if penalised else None, l1=0.2 if penalised else None)
    check(graph.draw(collapse=collapse).layout)


def test_a_drawing_that_nobody_could_follow_is_a_note(monkeypatch):
    graph = bp.mlp([3, 4, 2], l1=0.1)
    whole = graph.draw(collapse=False)
    assert len(whole.layout.frames) > 3
    monkeypatch.setattr("bprop.draw.rows.MOST_PASSED", 0)
    drawn = graph.draw(collapse=False)
    assert [frame.node.name for frame in drawn.layout.frames] == ["too large to draw"]
    assert "too many to draw" in drawn.svg()
    assert drawn.text() == whole.text()
