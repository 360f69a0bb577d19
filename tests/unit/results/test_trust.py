"""How far to trust a map, on audits made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from gridexplainer_widget.classifiers.quantities import Quantity
from gridexplainer_widget.inference.foretells import Foretells
from gridexplainer_widget.inference.order_curves import Band, Chance, OrderCurves
from gridexplainer_widget.results.faithfulness import Faithfulness
from gridexplainer_widget.results.trust import trust_of

CHANCE = Chance(Band(0.3, 0.5), Band(-0.1, 0.1), (0, 4), (0.6, 0.1), 16)
RELIABLE, NONSENSE = Foretells(0.6, -0.3, 0.3, 20), Foretells(0.2, -0.3, 0.3, 20)
FASTEST = "hiding its top cells removes the answer fastest of the two"
BETTER = "it orders the cells better than random orders"
FORETELLS = "it foretells what hiding does"


def under(fill: str, half: float, *, end: float = 0.1) -> OrderCurves:
    """Curves over 4 cells: the class has 0.6, `half` once half of them is hidden."""
    hidden, shown = np.float32([0.6, half, end]), np.float32([end, 0.6, 0.6])
    return OrderCurves((0, 2, 4), hidden, shown, fill, CHANCE)


GOOD = Faithfulness((under("gray", 0.2), under("blur", 0.2)), foretold=RELIABLE)
"""Deletion 0.275 and insertion 0.475 by both: an SRG of 0.2."""

RANDOM = Faithfulness((under("gray", 0.6), under("blur", 0.6)), foretold=NONSENSE)
"""Deletion and insertion 0.475: an SRG of 0."""


def test_a_map_that_passes_all_is_trusted_and_the_fastest_said_to_be() -> None:
    assert GOOD["gray"].srg == pytest.approx(0.2)
    alone = trust_of(GOOD)
    assert (alone.level, alone.reasons) == ("high", (BETTER, FORETELLS))
    assert trust_of(GOOD, [GOOD]) == alone
    compared = trust_of(GOOD, [GOOD, RANDOM])
    assert compared.text == f"Trust: high; {FASTEST}; {FORETELLS}"
    assert compared.record == {"level": "high", "reasons": [FASTEST, FORETELLS]}


def test_the_fastest_is_fastest_by_each_fill_and_by_the_figures_that_are_shown() -> None:
    mixed = replace(GOOD, under=(under("gray", 0.1), under("blur", 0.3)))
    assert trust_of(mixed, [GOOD, mixed]).reasons[0] == BETTER
    assert trust_of(GOOD, [GOOD, replace(GOOD, calls=1)]).reasons[0] == BETTER
    assert trust_of(GOOD, [GOOD, replace(GOOD, calls=1), RANDOM]).reasons[0] == BETTER
    eleven = [GOOD, *[RANDOM] * 10]
    assert trust_of(GOOD, eleven).reasons[0].endswith("fastest of the 11")
    years = replace(GOOD, quantity=Quantity("value", "years"))
    assert trust_of(years, [years, replace(RANDOM, quantity=years.quantity)]).reasons[0] == (
        "hiding its top cells lowers the value fastest of the two"
    )


def test_a_map_that_passes_nothing_is_not_trusted_however_fast() -> None:
    trust = trust_of(RANDOM, [RANDOM, replace(RANDOM, under=(under("gray", 0.9),))])
    assert (trust.level, trust.reasons) == (
        "low",
        ("it orders the cells no better than random orders", "it foretells nothing reliable"),
    )


@pytest.mark.parametrize(
    ("changes", "level", "reasons"),
    [
        ({"foretold": NONSENSE}, "some", (BETTER, "it foretells nothing reliable")),
        ({"foretold": None}, "high", (BETTER,)),
        (
            {"under": (under("gray", 0.2), under("blur", 0.6))},
            "some",
            (f"{BETTER} by gray, not by blur", FORETELLS),
        ),
        ({"under": (under("gray", 0.2), under("blur", 0.6, end=0.6))}, "high", (BETTER, FORETELLS)),
        (
            {"under": (under("blur", 0.2, end=0.6),)},
            "some",
            ("no fill of the audit can tell maps apart", FORETELLS),
        ),
        (
            {"under": (under("blur", 0.2, end=0.6),), "foretold": None},
            "not known",
            ("no fill of the audit can tell maps apart",),
        ),
        (
            {"randomised": 0.5},
            "low",
            (BETTER, FORETELLS, "it stays much the same when the weights are randomised"),
        ),
        ({"randomised": 0.49}, "high", (BETTER, FORETELLS)),
    ],
)
def test_what_speaks_for_and_against_a_map(
    changes: dict, level: str, reasons: tuple[str, ...]
) -> None:
    trust = trust_of(replace(GOOD, **changes))
    assert (trust.level, trust.reasons) == (level, reasons)
