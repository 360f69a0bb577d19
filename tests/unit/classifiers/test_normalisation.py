"""Misfit to what batch normalisation remembers, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gridexplainer_widget.classifiers.normalisation import (
    MAX_MISFIT,
    Statistics,
    mean_misfit,
    misfit,
)

LIKE_TRAINING = np.tile(np.float32([1, 3]), 8).reshape(1, 4, 4, 1)
"""Mean 2 and variance 1."""


def trained(mean: float, variance: float, channels: int = 1) -> Statistics:
    return Statistics(np.full(channels, mean), np.full(channels, variance), 0.0)


def test_maps_as_in_training_fit() -> None:
    np.testing.assert_allclose(misfit(LIKE_TRAINING, trained(2, 1)), [0], atol=1e-8)


def test_another_mean_and_another_variance_are_the_divergence_of_two_normals() -> None:
    # (variance + mean² − 1 − log variance) / 2, in the layer's units
    np.testing.assert_allclose(misfit(LIKE_TRAINING, trained(5, 1)), [9 / 2])
    np.testing.assert_allclose(
        misfit(LIKE_TRAINING, trained(2, 4)), [(1 / 4 - 1 + np.log(4)) / 2], rtol=1e-6
    )


def test_each_picture_is_judged_by_itself_and_by_most_of_its_channels() -> None:
    maps = np.concatenate([LIKE_TRAINING, LIKE_TRAINING + 3])
    np.testing.assert_allclose(misfit(maps, trained(2, 1)), [0, 9 / 2], atol=1e-8)
    dead = np.concatenate([LIKE_TRAINING, LIKE_TRAINING, 0 * LIKE_TRAINING], axis=-1)
    np.testing.assert_allclose(misfit(dead, trained(2, 1, 3)), [0], atol=1e-8)


def test_what_cannot_be_measured_is_as_bad_as_any() -> None:
    far = np.stack([LIKE_TRAINING[0] * 1e6, np.full((4, 4, 1), np.nan, np.float32)])
    np.testing.assert_array_equal(misfit(far, trained(2, 1)), [MAX_MISFIT, MAX_MISFIT])


@pytest.mark.parametrize(
    ("maps", "statistics"),
    [(LIKE_TRAINING, trained(0, 1)), (LIKE_TRAINING[:, :3], trained(2, 1))],
    ids=["a new layer", "few places"],
)
def test_what_tells_nothing(maps: np.ndarray, statistics: Statistics) -> None:
    assert misfit(maps, statistics) is None


def test_layers_that_tell_are_averaged() -> None:
    np.testing.assert_array_equal(mean_misfit([None, np.array([1.0]), np.array([4.0])]), [2.5])
    assert mean_misfit([None]) is None
