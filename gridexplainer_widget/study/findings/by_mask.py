"""Whether a model needs the object or its background, where masks tell them apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.classifiers.labels import find_class
from gridexplainer_widget.core.arrays import Mask, Pixels
from gridexplainer_widget.core.masking import Masker

from .share import Share


@dataclass(frozen=True)
class ByMask:
    """How many answers are right with a part of each picture hidden.

    Parameters
    ----------
    whole : Share
        Nothing hidden.
    foreground : Share
        All but the object hidden.
    background : Share
        The object hidden.
    left_out : int
        Pictures without a label or a mask.
    """

    whole: Share
    foreground: Share
    background: Share
    left_out: int

    def __str__(self) -> str:
        lines = [
            f"Right on whole pictures: {self.whole}.",
            f"Right on the objects alone, their background hidden: {self.foreground}.",
            f"Right on the background alone, the objects hidden: {self.background}.",
        ]
        if self.left_out:
            lines.append(f"{self.left_out:,} pictures have no label or no mask, and are left out.")
        return "\n".join(lines)

    __repr__ = __str__


def right_by_mask(
    setup: Setup, masker: Masker, mask: Mask, label: int | str
) -> tuple[bool, bool, bool]:
    """Tell whether a model is right on the whole picture, the object, and the background."""
    shown = [masker.pixels, hidden_pixels(masker, ~mask), hidden_pixels(masker, mask)]
    vectors = setup.classifier.answers(np.stack(shown)).vectors
    truth = find_class(label, setup.classifier.names(vectors.shape[1]))
    whole, foreground, background = (int(np.argmax(one)) == truth for one in vectors)
    return whole, foreground, background


def hidden_pixels(masker: Masker, hidden: Mask) -> Pixels:
    """Hide pixels, bool (height, width), by the fill."""
    fill, pixels = masker.fill, masker.pixels
    if not hidden.any():
        return pixels
    if fill.whole is not None:
        replacement = fill.whole(pixels, masker.grid)
    elif fill.local is not None:
        replacement = np.asarray(fill.local(pixels.copy(), hidden.copy()), np.float32)
    else:
        raise TypeError(f"The fill {fill.name!r} has neither `whole` nor `local`.")
    return np.where(hidden[:, :, np.newaxis], replacement, pixels).astype(np.float32)
