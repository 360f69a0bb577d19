"""Guided backpropagation: the score's gradient, of which ReLUs let pass only what is positive."""

from __future__ import annotations

import numpy as np

from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.core.arrays import Map

SANITY = (
    "Read it with care: maps of this kind change little when the model's weights are randomised, "
    "so they show the picture's edges more than what the model learned (Adebayo et al., \"Sanity "
    'Checks for Saliency Maps", 2018).'
)


def guided_backpropagation(context: MethodContext) -> Steps:
    """Explain by guided backpropagation.

    On its way back through each ReLU the gradient R is cut off below 0, as well as where the ReLU
    did: ``R_l = [f_l > 0] · [R_l+1 > 0] · R_l+1`` (J. T. Springenberg, A. Dosovitskiy, T. Brox, M.
    Riedmiller, "Striving for Simplicity: The All Convolutional Net", ICLR Workshop 2015). The
    paper shows what arrives in the input's colours; here a pixel's number is the largest absolute
    value over its channels, as for `saliency`. Smooth activations beside ReLUs, such as the sigmoid
    of squeeze-and-excitation, keep their gradient; other rectifiers are refused.

    Parameters
    ----------
    context : Question

    Raises
    ------
    MethodError
        The model cannot be opened, has no ReLU, or one that cannot be overridden.
    """
    yield 0, 1
    return context.of_pixels(guided(context), (SANITY, *context.score_notes))


def guided(context: MethodContext) -> Map:
    """Return the largest absolute value over the channels of the guided gradient."""
    largest: Map = np.abs(context.gradients(guided=True)[0]).max(axis=-1)
    return largest
