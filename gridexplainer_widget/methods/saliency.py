"""Saliency: the size of the score's gradient at each pixel."""

from __future__ import annotations

import numpy as np

from gridexplainer_widget.attribution.context import MethodContext, Steps


def saliency(context: MethodContext) -> Steps:
    """Explain by the gradient of the score.

    ``M_ij = max over c of |∂y/∂x_ijc|``, where x is the network's input and y the target's score
    (K. Simonyan et al., "Deep Inside Convolutional Networks: Visualising Image Classification
    Models and Saliency Maps", ICLR Workshop 2014). It shows where the score is sensitive, not what
    speaks for or against the class.
    """
    yield 0, 1
    pixels = np.abs(context.gradients()[0]).max(axis=-1)
    return context.pixel_attribution(pixels, context.score_notes)
