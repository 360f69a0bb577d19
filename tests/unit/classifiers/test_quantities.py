"""What a model's numbers are, and how they are written."""

import numpy as np
import pytest

from gridexplainer_widget.classifiers.quantities import (
    PROBABILITY,
    Quantity,
    quantity_of,
    value_text,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (58, "58"),
        (53.7412, "53.74"),
        (-0.00123, "−0.00123"),
        (1987.02, "1987.02"),
        (250000.4, "250000"),
        (0, "0"),
        (3e-7, "3.000e−7"),
        (-4.2e9, "−4.200e9"),
    ],
)
def test_values_are_written_as_the_browser_writes_them(value: float, text: str) -> None:
    # js/tests/cells/quantity.test.ts has the same.
    assert value_text(value) == text


def test_a_quantity_by_its_settings() -> None:
    years = quantity_of({"output": "value", "unit": "years"})
    assert years == Quantity("value", "years")
    assert years.text(53.7412) == "53.74 years"
    assert quantity_of({"output": "value"}).text(-2) == "−2"
    assert quantity_of({"output": "softmax", "unit": "years"}) is PROBABILITY
    assert PROBABILITY.text(0.537) == "53.7%"


def test_values_lead_in_order_and_probabilities_by_size() -> None:
    vector = np.float32([0.1, 0.7, 0.2])
    assert PROBABILITY.leading(vector, 2) == [1, 2]
    assert Quantity("value").leading(vector, 2) == [0, 1]
