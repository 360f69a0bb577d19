"""Grad-CAM: a layer's maps, weighted by how the score would follow them."""

from __future__ import annotations

import numpy as np

from gridexplainer_widget.attribution.attribution import Attribution
from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.core.arrays import LayerMaps, Map


def grad_cam(context: MethodContext) -> Steps:
    """Explain by gradient-weighted class activation mapping.

    ``L = ReLU(Σ_k α_k A_k)`` with ``α_k = mean over i, j of ∂y/∂A_k,ij``, where A are the layer's
    maps and y is the target's score (R. R. Selvaraju, M. Cogswell, A. Das, R. Vedantam, D. Parikh,
    D. Batra, "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization",
    ICCV 2017).

    Captum's `LayerGradCam` leaves the ReLU out unless it is told to apply it. pytorch-grad-cam
    puts the map on a scale from 0 to 1, and of a layer whose output is changed in place later on
    (torchvision's residual blocks do so) it takes what that has become.

    Parameters
    ----------
    context : Question

    Raises
    ------
    MethodError
        The model cannot be opened, or has no layer with maps.
    ValueError
        It has no layer of the name that was given.
    """
    yield 0, 1
    return grad_cam_of(context)


def grad_cam_of(context: MethodContext) -> Attribution:
    """Do it all at once."""
    weighted = [_weighted(maps[0], gradients[0]) for maps, gradients in context.map_gradients()]
    return context.of_layers(weighted, context.score_notes)


def _weighted(maps: LayerMaps, gradients: LayerMaps) -> Map:
    """Apply the formula to one picture's (h, w, channels)."""
    weights = gradients.mean(axis=(0, 1), dtype=np.float64)
    weighted: Map = np.maximum(maps @ weights, 0).astype(np.float32)
    return weighted
