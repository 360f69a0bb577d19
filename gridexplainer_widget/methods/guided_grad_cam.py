"""Guided Grad-CAM: guided backpropagation times Grad-CAM."""

from __future__ import annotations

from gridexplainer_widget.attribution.context import MethodContext, Steps

from .grad_cam import grad_cam_attribution
from .guided_backpropagation import SANITY_NOTE, guided_gradients


def guided_grad_cam(context: MethodContext) -> Steps:
    """Explain by guided Grad-CAM.

    Multiply guided backpropagation by a layer's Grad-CAM map, upsampled bilinearly (R. R. Selvaraju
    et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", ICCV
    2017). A pixel's number is its largest absolute value over channels; Captum's `GuidedGradCam`
    returns every channel, by default with nearest-neighbour upsampling.
    """
    yield 0, 2
    coarse = grad_cam_attribution(context)
    yield 1, 2
    pixels = coarse.pixels * guided_gradients(context)
    return context.pixel_attribution(pixels, (SANITY_NOTE, *coarse.notes), layers=coarse.layers)
