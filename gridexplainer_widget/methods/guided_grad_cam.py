"""Guided Grad-CAM: guided backpropagation where Grad-CAM is."""

from __future__ import annotations

from gridexplainer_widget.attribution.context import MethodContext, Steps

from .grad_cam import grad_cam_of
from .guided_backpropagation import SANITY, guided


def guided_grad_cam(context: MethodContext) -> Steps:
    """Explain by guided Grad-CAM.

    The product, pixel by pixel, of guided backpropagation and the Grad-CAM map of a layer,
    enlarged bilinearly (R. R. Selvaraju, M. Cogswell, A. Das, R. Vedantam, D. Parikh, D. Batra,
    "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", ICCV 2017).
    Of a pixel's channels the one with the largest absolute value counts, as in
    :func:`~.guided_backpropagation.guided_backpropagation`; Captum's `GuidedGradCam` returns each,
    and enlarges to the nearest neighbour unless it is told otherwise.

    Parameters
    ----------
    context : Question

    Raises
    ------
    MethodError
        The model cannot be opened, has no layer with maps, or activations that are no ReLUs.
    ValueError
        It has no layer of the name that was given.
    """
    yield 0, 2
    coarse = grad_cam_of(context)
    yield 1, 2
    pixels = coarse.pixels * guided(context)
    return context.of_pixels(pixels, (SANITY, *coarse.notes), layers=coarse.layers)
