"""Grad-CAM: a layer's maps, weighted by the score's mean gradients."""

from __future__ import annotations

import numpy as np

from gridexplainer_widget.attribution.attribution import Attribution
from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.core.arrays import LayerMaps, Map


def grad_cam(context: MethodContext) -> Steps:
    """Explain by gradient-weighted class activation mapping.

    ``L = ReLU(Σ_k α_k A_k)`` with ``α_k = mean over i, j of ∂y/∂A_k,ij``, where A are the layer's
    maps and y the target's score (R. R. Selvaraju et al., "Grad-CAM: Visual Explanations from Deep
    Networks via Gradient-based Localization", ICCV 2017).

    Captum's `LayerGradCam` applies the ReLU only on request. pytorch-grad-cam scales the map to
    0..1, and reads maps after in-place changes, as in torchvision's residual blocks.
    """
    yield 0, 1
    return grad_cam_attribution(context)


def grad_cam_attribution(context: MethodContext) -> Attribution:
    """Compute the attribution in one step."""
    maps = [_weighted_sum(maps[0], gradients[0]) for maps, gradients in context.map_gradients()]
    return context.layer_attribution(maps, context.score_notes)


def _weighted_sum(maps: LayerMaps, gradients: LayerMaps) -> Map:
    """Apply the formula to (h, w, channels)."""
    weights = gradients.mean(axis=(0, 1), dtype=np.float64)
    weighted: Map = np.maximum(maps @ weights, 0).astype(np.float32)
    return weighted
