"""The rows of nodes: just below their lowest user."""

import pytest

import bprop as bp
from bprop.draw.ranks import Ranks
from bprop.draw.scene import build


def ranks_of(graph, limit=10_000.0, **settings):
    ranks = Ranks(build(graph, **settings), limit)
    return ranks, {node.name: rank for node, rank in ranks.rank.items()}


def test_every_box_is_just_below_its_lowest_user(graph):
    ranks, _ = ranks_of(graph, collapse=False)
    for box in ranks.boxes:
        own = [leaf for leaf in ranks.below[box] if leaf.is_leaf and box.kind != "penalty"]
        penalties = [user for leaf in own for user in ranks.above[leaf] if user.kind == "penalty"]
        users = [ranks.rank[user] for user in (*ranks.above[box], *penalties)]
        assert not users or ranks.rank[box] == min(users) - 1


def test_boxes_are_above_their_children_also_in_narrow_rows(graph):
    for limit in (10_000.0, 500.0, 1.0):
        ranks, _ = ranks_of(graph, limit)
        for box in ranks.boxes:
            for child in ranks.below[box]:
                beside = ranks.beside.get(child) is box
                assert ranks.rank[child] < ranks.rank[box] or beside


def test_a_term_of_a_sum_stands_where_it_is_added():
    x = bp.Input("x", (3,))
    total = bp.tanh(x, name="t0")
    for k in range(1, 8):
        total = bp.add(total, bp.tanh(float(k) * x, name=f"t{k}"), name=f"s{k}")
    _, rank = ranks_of(bp.Graph(outputs={"f": total}), collapse=False)
    assert [rank[f"s{k}"] - rank[f"t{k}"] for k in range(1, 8)] == [1] * 7


@pytest.mark.parametrize(("limit", "most"), [(10_000.0, 20), (1_000.0, 4), (1.0, 1)])
def test_a_row_has_a_limited_width(limit, most):
    graph = bp.tabular([0, 16, 2], {f"col{k}": (50, 8) for k in range(20)})
    _, rank = ranks_of(graph, limit)
    counts = {}
    for k in range(20):
        counts[rank[f"e_col{k}"]] = counts.get(rank[f"e_col{k}"], 0) + 1
    assert 1 <= max(counts.values()) <= most
    assert sorted(counts) == list(range(min(counts), max(counts) + 1))
    assert rank["e_col0"] >= rank["e_col19"]  # the first ones are above


def test_data_of_the_first_box_is_below_it_and_of_many_first_boxes_beside_them():
    _, rank = ranks_of(bp.mlp([4, 5, 3]))
    assert rank["x"] == rank["a1"] - 1
    table, _ = ranks_of(bp.tabular([0, 16, 2], {f"col{k}": (50, 8) for k in range(5)}))
    beside = {leaf.name: box.name for leaf, box in table.beside.items()}
    assert all(beside[f"c_col{k}"] == f"e_col{k}" == beside[f"E_col{k}"] for k in range(5))


def test_a_penalty_is_above_the_boxes_of_its_parameters():
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    _, rank = ranks_of(bp.Graph(loss=bp.square(bp.sum(x * w, axis=1)), penalty=0.1 * bp.l2(w) + 0.2 * bp.l1(w)))
    assert rank["l2_1"] > rank["multiply_1"]
    assert max(rank, key=rank.get) == "objective"


def test_many_columns_of_data_take_several_rows():
    inputs = [bp.Input(f"column{k}", (1,)) for k in range(30)]
    graph = bp.Graph(outputs={"f": bp.concat(*inputs)})
    for limit, most in ((10_000.0, 30), (1_000.0, 10), (1.0, 1)):
        _, rank = ranks_of(graph, limit)
        rows = [rank[box.name] for box in inputs]
        assert max(rows.count(row) for row in rows) <= most
        assert min(rows) == 0 and max(rows) == rank["f"] - 1
        assert rows == sorted(rows, reverse=True)  # the first ones are above
