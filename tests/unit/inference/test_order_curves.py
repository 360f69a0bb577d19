from __future__ import annotations

import numpy as np
import pytest

from gridexplainer_widget.inference.order_curves import Band, Chance, OrderCurves


def curves(deletion: list[float], insertion: list[float]) -> OrderCurves:
    counts = tuple(range(len(deletion)))
    return OrderCurves(counts, np.float32(deletion), np.float32(insertion), "gray")


def test_areas_by_hand() -> None:
    one = curves([1, 0.5, 0], [0, 1, 1])
    assert one.metrics == {"deletion": 0.5, "insertion": 0.75, "srg": 0.25}


@pytest.mark.parametrize(("end", "flat"), [(0.45, False), (0.46, True), (0.9, True), (0, False)])
def test_what_stays_with_everything_hidden_tells_no_maps_apart(end: float, flat: bool) -> None:
    assert curves([0.5, 0.1, end], [end, 0.1, 0.5]).flat is flat


def test_chance_is_what_random_orders_and_their_reverses_reach() -> None:
    # Deletions 0.5 and 0.25, insertions 0.75 and 0.25; SRG 0.25 and 0.
    chance = Chance.of([curves([1, 0.5, 0], [0, 1, 1]), curves([1, 0, 0], [0, 0, 1])], calls=7)
    assert chance.area == pytest.approx((0.25, 0.5 + 0.85 * 0.25))  # 2.85 of 3 steps along
    assert chance.srg == pytest.approx((-0.9 * 0.25, 0.9 * 0.25))
    # Each is read once as it is and once from its end.
    assert chance.curve == pytest.approx(((1 + 1 + 1 + 1) / 4, (0.5 + 1 + 0 + 0) / 4, 0))
    assert (chance.counts, chance.orders, chance.calls) == ((0, 1, 2), 2, 7)


def test_a_map_is_by_chance_where_random_orders_reach_it() -> None:
    one = curves([1, 0.5, 0], [0, 1, 1])
    assert not one.by_chance("srg")  # nothing is known of random ones
    chance = Chance(Band(0.4, 0.6), Band(-0.2, 0.2), (0, 2), (1, 0), 16)
    known = OrderCurves(one.counts, one.deletion_curve, one.insertion_curve, "gray", chance)
    assert known.by_chance("deletion")
    assert not known.by_chance("insertion")
    assert not known.by_chance("srg")
