"""When an answer is kept, and when it is changed."""

import numpy as np
import pytest

from gridexplainer_widget.inference.sets.criterion import Criterion


@pytest.mark.parametrize(
    ("output", "vector", "margin", "kept", "changed"),
    [
        ("softmax", [0.5, 0.3, 0.2], 0, True, False),
        ("softmax", [0.3, 0.5, 0.2], 0, False, True),
        ("softmax", [0.4, 0.4, 0.2], 0, False, True),  # no longer the answer alone
        ("softmax", [0.5, 0.3, 0.2], 0.25, False, False),
        ("softmax", [0.3, 0.5, 0.2], 0.25, False, False),
        ("softmax", [0.2, 0.5, 0.3], 0.25, False, True),
        ("sigmoid", [0.51, 0.49], 0, True, False),
        ("sigmoids", [0.51, 0.99], 0, True, False),
        ("multilabel-logits", [0.49, 0.01], 0, False, True),
        ("sigmoids", [0.55, 0.99], 0.2, False, False),
    ],
)
def test_the_first_class_is_the_answer(
    output: str, vector: list[float], margin: float, *, kept: bool, changed: bool
) -> None:
    criterion, probabilities = Criterion(0, output, margin), np.array(vector, np.float32)
    assert criterion.kept(probabilities) is kept
    assert criterion.changed(probabilities) is changed
    assert criterion.outcome("enough", probabilities).works is kept
    assert criterion.outcome("needed", probabilities).works is changed


def test_the_lead_is_in_log_odds() -> None:
    vector = np.array([0.6, 0.3, 0.1], np.float32)
    assert Criterion(0, "softmax").outcome("enough", vector).lead == pytest.approx(np.log(2))
    assert Criterion(0, "softmax").outcome("needed", vector).lead == pytest.approx(-np.log(2))
    assert np.isfinite(Criterion(0, "softmax").outcome("enough", np.eye(3)[1]).lead)
