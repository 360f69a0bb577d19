"""What random orders reach."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy.stats import spearmanr

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.analysis import orders
from gridexplainer_widget.analysis.orders import chance_steps, curves_steps
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.inference.cell_sets import Curves
from gridexplainer_widget.inference.order_curves import OrderCurves
from gridexplainer_widget.results.faithfulness import Faithfulness
from tests.support.models import TopLeft, weights
from tests.support.runs import WHITE, run_of

PICTURE = np.random.default_rng(1).integers(0, 256, (16, 16, 3)).astype(np.uint8)


def test_one_cell_that_matters_lies_anywhere_in_a_random_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Found as number k of 4, the deletion is (k − 1/2) / 4, so that SRG is ±3/4 or ±1/4.
    monkeypatch.setattr(orders, "RANDOM_ORDERS", 40)
    chance = drain(chance_steps(run_of(TopLeft(6), 2, WHITE), 1))
    assert chance.area == (1 / 8, 7 / 8)
    assert chance.srg == (-3 / 4, 3 / 4)
    assert sum(chance.curve) == pytest.approx(2.5, abs=1e-6)  # with each order its reverse


def test_random_orders_cost_what_is_said() -> None:
    run = run_of(grid=8, batch=16)
    chance = drain(chance_steps(run, 1))
    # 16 orders of seven inner points, hidden and shown; and the whole picture and nothing of it.
    assert (chance.orders, chance.calls, run.calls) == (16, 16 * 14 + 2, 16 * 14 + 2)
    assert chance == drain(chance_steps(run_of(grid=8, batch=16), 1))
    assert chance.curve != drain(chance_steps(run_of(grid=8, batch=16), 1, seed=1)).curve


def test_few_points_spread_as_all_do() -> None:
    run = run_of(grid=5, batch=16)
    rng = np.random.default_rng(0)
    every = [tuple(map(int, rng.permutation(25))) for _ in range(40)]

    def spread(points: int) -> float:
        wanted = [Curves(order, 25, points) for order in every]
        found = drain(curves_steps(run, wanted, 1))
        return float(np.sqrt(np.mean([one.srg**2 for one in found])))

    assert spread(9) == pytest.approx(spread(33), rel=0.1)


def test_maps_of_a_comparison_share_random_orders() -> None:
    model = TopLeft(4)
    methods = ["occlusion", ("rise", {"samples": 20}), ("rise", {"samples": 30})]
    comparison = GridExplainer(model, 4, batch_size=8).compare(PICTURE, methods, 1)
    first, *others = comparison.figures
    assert first.chance_calls > 300
    for other in others:
        assert [one.chance for one in other.under] == [one.chance for one in first.under]
    alone = GridExplainer(model, 4, batch_size=8)
    again = alone.faithfulness(alone.explain(PICTURE, 1))
    assert again.record == {**first.record, "seconds": again.seconds}


def test_a_map_that_does_no_better_than_chance_is_said_to() -> None:
    explainer = GridExplainer(weights, 4, fill="black")
    explanation = explainer.explain(PICTURE)
    good = explainer.faithfulness(explanation, fill="black")
    (under,) = good.under
    assert under.srg > under.chance.srg.high
    assert good.verdicts == ("",)
    bad = OrderCurves(
        under.counts, under.insertion_curve[::-1], under.deletion_curve[::-1], "black", under.chance
    )
    (worse,) = Faithfulness((bad,)).verdicts
    assert worse.startswith(
        "Under black this map orders the cells worse than random orders: its SRG"
    )
    even = OrderCurves(
        under.counts, under.deletion_curve, under.deletion_curve, "black", under.chance
    )
    (no_better,) = Faithfulness((even,)).verdicts
    assert "no better than random orders: its SRG is 0.00, and nine of ten" in no_better
    assert no_better in str(Faithfulness((even,)))


def test_a_fill_that_leaves_the_answer_tells_no_maps_apart() -> None:
    explainer = GridExplainer(TopLeft(4), 4, fill="black")
    explanation = explainer.explain(np.full((16, 16, 3), 255, np.uint8), 1)
    figures = explainer.faithfulness(explanation, fill=["white", "black"])
    assert [figures.ranks(one) for one in figures.under] == [False, True]
    assert figures.verdicts[0] == (
        "Cannot tell maps apart under white: with every cell hidden the model gives 100.0%, with "
        "none 100.0%."
    )
    assert figures.verdicts[1] == ""


@pytest.mark.parametrize("cells", [5, 6])
def test_chance_of_a_rank_correlation(cells: int) -> None:
    ranks = range(cells)
    found = [abs(spearmanr(ranks, other).statistic) for other in permutations(ranks)]
    flat = np.zeros(2, np.float32)
    told = Faithfulness((OrderCurves((0, cells), flat, flat, "gray"),)).randomised_chance
    assert told == pytest.approx(np.mean(found), abs=0.03)


def test_chance_at_8_by_8_is_a_tenth() -> None:
    flat = np.zeros(2, np.float32)
    figures = Faithfulness((OrderCurves((0, 64), flat, flat, "gray"),), randomised=0.3)
    assert figures.randomised_chance == pytest.approx(0.1005, abs=1e-4)
    assert "Randomised ↓ 0.30 (chance 0.10)" in str(figures)
