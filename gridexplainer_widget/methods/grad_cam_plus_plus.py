"""Grad-CAM++: Grad-CAM with weights from each place's positive gradients."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.core.arrays import LayerMaps, Map

BELOW_ZERO_NOTE = (
    "Some maps of {layer!r} are below zero on the whole, and the weights of Grad-CAM++ are made "
    "for maps after a ReLU: some of them have the wrong sign here, or none. Choose a layer after "
    "a ReLU, or grad-cam."
)


def grad_cam_plus_plus(context: MethodContext) -> Steps:
    """Explain by Grad-CAM++.

    ``L = ReLU(Σ_k w_k A_k)`` with ``w_k = Σ_ij α_k,ij ReLU(∂Y/∂A_k,ij)`` and, by equation 19,
    ``α = g² / (2 g² + g³ Σ_ab A_k,ab)``, where A are the layer's maps and ``g = ∂y/∂A`` the
    gradients of the target's score y (A. Chattopadhay et al., "Grad-CAM++: Generalized
    Gradient-Based Visual Explanations for Deep Convolutional Networks", WACV 2018). This form is
    for Y = exp(y), whose second and third derivatives are powers of g.

    The map omits its common factor exp(y), as in pytorch-grad-cam. Where g is not 0, α is computed
    as ``1 / (2 + g Σ A)``, which keeps the digits of small gradients. pytorch-grad-cam instead adds
    1e-6 to the denominator, which shrinks α where g² is that small, as after a global average over
    32 × 32 places.
    """
    yield 0, 1
    layers = [(maps[0], gradients[0]) for maps, gradients in context.map_gradients()]
    notes = [
        BELOW_ZERO_NOTE.format(layer=layer.name)
        for layer, (maps, gradients) in zip(context.layers, layers, strict=True)
        if (_denominators(maps, gradients)[gradients > 0] <= 0).any()
    ]
    weighted = [_weighted_sum(maps, gradients) for maps, gradients in layers]
    return context.layer_attribution(weighted, (*notes, *context.score_notes))


def _weighted_sum(maps: LayerMaps, gradients: LayerMaps) -> Map:
    """Apply the formula to (h, w, channels)."""
    denominators = _denominators(maps, gradients)
    defined = denominators != 0
    alphas = np.divide(1, denominators, out=np.zeros_like(denominators), where=defined)
    weights = (alphas * np.maximum(gradients, 0)).sum(axis=(0, 1))
    weighted: Map = np.maximum(maps @ weights, 0).astype(np.float32)
    return weighted


def _denominators(maps: LayerMaps, gradients: LayerMaps) -> NDArray[np.float64]:
    """Return 1 / α for gradients other than 0."""
    denominators: NDArray[np.float64] = 2 + gradients * maps.sum(axis=(0, 1), dtype=np.float64)
    return denominators
