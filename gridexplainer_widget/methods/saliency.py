"""Saliency: how much the score would follow each pixel."""

from __future__ import annotations

import numpy as np

from .context import Question, Steps


def saliency(question: Question) -> Steps:
    """Explain by the gradient of the score.

    ``M_ij = max over c of |∂y/∂x_ijc|``, where x is the network's input and y the target's score
    (K. Simonyan, A. Vedaldi, A. Zisserman, "Deep Inside Convolutional Networks: Visualising Image
    Classification Models and Saliency Maps", ICLR Workshop 2014). It tells where the score is
    touchy, not what speaks for the class and what against it.

    Parameters
    ----------
    question : Question

    Raises
    ------
    MethodError
        The model cannot be opened.
    """
    yield 0, 1
    pixels = np.abs(question.gradients()[0]).max(axis=-1)
    return question.of_pixels(pixels, question.score_notes)
