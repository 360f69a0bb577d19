"""Which maps lie alike: spectral relevance analysis.

S. Lapuschkin et al., "Unmasking Clever Hans predictors and assessing what machines really learn",
Nature Communications 10, 1096 (2019).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.imports import framework

MOST: Final = 8
"""Clusters of one class."""

NEIGHBOURS: Final = 10

REGION_SHARE: Final = 8
"""A shared region has at most one of so many cells: a larger one is no place."""

REGION_LEVEL: Final = 0.5
"""Of the largest cell of a cluster's mean map: cells above are the shared region."""


def shares_of(maps: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return each cell's share of what is positive, (maps, cells); 0 where nothing is."""
    positive = np.maximum(np.nan_to_num(maps.astype(np.float64)), 0)
    totals = positive.sum(axis=1, keepdims=True)
    shares = np.zeros_like(positive)
    np.divide(positive, totals, out=shares, where=totals > 0)
    return shares


def clusters_of(shares: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return a number for each map's cluster; as many as the largest gap of eigenvalues says."""
    alone = np.zeros(len(shares), np.intp)
    if len(shares) < 3 * NEIGHBOURS:
        return alone
    cluster = framework("sklearn.cluster", "Clustering", "gridexplainer-widget[study]")
    affinity = _affinity(np.sqrt(shares))
    most = min(MOST, len(shares) - 1)
    values, vectors = _small_eigenvectors(affinity, most + 1)
    count = 1 + int(np.argmax(np.diff(values)))
    if count == 1:
        return alone
    places = vectors[:, :count] / np.linalg.norm(vectors[:, :count], axis=1, keepdims=True)
    found: NDArray[np.intp] = cluster.KMeans(count, n_init=10, random_state=0).fit_predict(places)
    return found


def region_of(mean: NDArray[np.float64]) -> tuple[int, ...]:
    """Return the cells that a cluster's mean map (cells,) points to, the largest first."""
    most = max(1, len(mean) // REGION_SHARE)
    order = np.argsort(-mean, kind="stable")[:most]
    return tuple(int(cell) for cell in order if mean[cell] >= REGION_LEVEL * mean[order[0]])


def _affinity(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Join each point with its nearest ones."""
    neighbors = framework("sklearn.neighbors", "Clustering", "gridexplainer-widget[study]")
    graph = neighbors.kneighbors_graph(points, NEIGHBOURS).toarray()
    joined: NDArray[np.float64] = (graph + graph.T) / 2
    return joined


def _small_eigenvectors(
    affinity: NDArray[np.float64], count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the smallest eigenvalues of the normalised Laplacian, and their vectors."""
    from scipy.linalg import eigh  # noqa: PLC0415 - slow to import

    degrees = 1 / np.sqrt(affinity.sum(axis=1))
    laplacian = np.eye(len(affinity)) - degrees[:, None] * affinity * degrees
    found: tuple[NDArray[np.float64], NDArray[np.float64]] = eigh(
        laplacian, subset_by_index=(0, count - 1)
    )
    return found
