"""Saliency: how much the score would follow each pixel."""

from __future__ import annotations

import numpy as np

from gridexplainer_widget.attribution.context import MethodContext, Steps


def saliency(context: MethodContext) -> Steps:
    """Explain by the gradient of the score.

    ``M_ij = max over c of |∂y/∂x_ijc|``, where x is the network's input and y the target's score
    (K. Simonyan, A. Vedaldi, A. Zisserman, "Deep Inside Convolutional Networks: Visualising Image
    Classification Models and Saliency Maps", ICLR Workshop 2014). It tells where the score is
    touchy, not what speaks for the class and what against it.

    Parameters
    ----------
    context : Question

    Raises
    ------
    MethodError
        The model cannot be opened.
    """
    yield 0, 1
    pixels = np.abs(context.gradients()[0]).max(axis=-1)
    return context.of_pixels(pixels, context.score_notes)
