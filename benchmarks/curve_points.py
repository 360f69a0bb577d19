"""How far areas of curves with few points are from those with all.

    python -m benchmarks.curve_points keras|pytorch|honest [ORDERS]

For the map of the cells alone of each picture, hidden by grey, and for random orders of the cells,
as many as told, of the first seven pictures.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np

from benchmarks.cases import GRID, cases_of, classifier_of
from gridexplainer_widget import GridExplainer
from gridexplainer_widget.analysis.orders import curves_steps
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.inference.cell_sets import Curves, ranking
from gridexplainer_widget.inference.order_curves import OrderCurves
from gridexplainer_widget.inference.run import Run

CELLS = GRID * GRID
POINTS = (9, 17, 33)
SPREAD_PICTURES = 7


def every_point(run: Run, order: Sequence[int], target: int) -> OrderCurves:
    curves = Curves(tuple(map(int, order)), CELLS, CELLS + 2)
    return drain(curves_steps(run, [curves], target))[0]


def fewer(curves: OrderCurves, points: int) -> OrderCurves:
    kept = list(Curves(tuple(range(CELLS)), CELLS, points).counts)
    deletion, insertion = curves.deletion_curve[kept], curves.insertion_curve[kept]
    return OrderCurves(tuple(kept), deletion, insertion, curves.fill)


def main(network: str, orders: int) -> None:
    explainer = GridExplainer(classifier_of(network), GRID, joint=False)
    rng = np.random.default_rng(0)
    errors: dict[int, list[list[float]]] = {points: [] for points in POINTS}
    for number, case in enumerate(cases_of(network)):
        made = explainer.explain(case.pixels, case.target)
        run = explainer.start_run(case.pixels, fill="gray")
        whole = every_point(run, ranking(made.values), made.target)
        for points, found in errors.items():
            part = fewer(whole, points).metrics
            found.append([part[name] - value for name, value in whole.metrics.items()])
        if number < SPREAD_PICTURES:
            random = [every_point(run, rng.permutation(CELLS), made.target) for _ in range(orders)]
            spread = {
                points: np.std([fewer(one, points).srg for one in random])
                for points in (*POINTS, CELLS + 2)
            }
            texts = ", ".join(f"{points}: {value:.3f}" for points, value in spread.items())
            print(f"{case.name}: SRG of random orders spreads by points {texts}", flush=True)
    for points, found in errors.items():
        off = np.abs(found)
        print(f"{points} points are off by deletion, insertion, SRG: mean {off.mean(0).round(4)}")
        print(f"  at most {off.max(0).round(4)}")


if __name__ == "__main__":
    main(sys.argv[1], int((sys.argv[2:] or ["12"])[0]))
