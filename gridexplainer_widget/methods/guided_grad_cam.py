"""Guided Grad-CAM: guided backpropagation times Grad-CAM."""

from __future__ import annotations

from gridexplainer_widget.attribution.context import MethodContext, Steps

from .grad_cam import grad_cam_attribution
from .guided_backpropagation import SANITY_NOTE, guided_gradients


def guided_grad_cam(context: MethodContext) -> Steps:
    """Explain by guided Grad-CAM.

    Multiply, pixel by pixel, guided backpropagation by the Grad-CAM map of a layer, upsampled
    bilinearly (R. R. Selvaraju, M. Cogswell, A. Das, R. Vedantam, D. Parikh, D. Batra, "Grad-CAM:
    Visual Explanations from Deep Networks via Gradient-based Localization", ICCV 2017). A pixel's
    number is the largest absolute value over its channels; Captum's `GuidedGradCam` returns every
    channel, and by default upsamples to the nearest neighbour.

    Raises
    ------
    MethodError
        There is no ReLU, or a rectifier that cannot be overridden.
    """
    yield 0, 2
    coarse = grad_cam_attribution(context)
    yield 1, 2
    pixels = coarse.pixels * guided_gradients(context)
    return context.pixel_attribution(pixels, (SANITY_NOTE, *coarse.notes), layers=coarse.layers)
