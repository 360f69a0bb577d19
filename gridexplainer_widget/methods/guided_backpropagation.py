"""Guided backpropagation: the score's gradient, clipped at each ReLU."""

from __future__ import annotations

import numpy as np

from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.core.arrays import Map

SANITY_NOTE = (
    "Read it with care: maps of this kind change little when the model's weights are randomised, "
    "so they show the picture's edges more than what the model learned (Adebayo et al., \"Sanity "
    'Checks for Saliency Maps", 2018).'
)


def guided_backpropagation(context: MethodContext) -> Steps:
    """Explain by guided backpropagation.

    Each ReLU passes the gradient R back where its output and R are positive:
    ``R_l = [f_l > 0] · [R_l+1 > 0] · R_l+1`` (J. T. Springenberg et al., "Striving for Simplicity:
    The All Convolutional Net", ICLR Workshop 2015). The paper shows colours; here a pixel's number
    is its largest absolute value over channels. Smooth activations, such as the sigmoid of
    squeeze-and-excitation, keep their gradient. Other rectifiers, or no ReLU, raise MethodError.
    """
    yield 0, 1
    pixels = guided_gradients(context)
    return context.pixel_attribution(pixels, (SANITY_NOTE, *context.score_notes))


def guided_gradients(context: MethodContext) -> Map:
    """Take the largest absolute guided gradient over channels."""
    largest: Map = np.abs(context.gradients(guided=True)[0]).max(axis=-1)
    return largest
