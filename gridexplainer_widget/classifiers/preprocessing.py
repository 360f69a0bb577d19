"""What is done to pixels in 0..255 before a model sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from gridexplainer_widget.core.arrays import PreparedBatch

PreprocessLike: TypeAlias = "str | Callable[[PreparedBatch], ArrayLike] | None"
"""A name of `NAMED`, also with " bgr"; "auto"; None for 0..255; or a callable."""

MEAN: Final = (0.485, 0.456, 0.406)
"""Of ImageNet's training pictures in 0..1, R, G, B (https://docs.pytorch.org/vision/main/models.html)."""

DEVIATION: Final = (0.229, 0.224, 0.225)
"""Alike."""

CAFFE_MEAN: Final = (103.939, 116.779, 123.68)
"""Of ImageNet's training pictures in 0..255, B, G, R (keras.applications.imagenet_utils)."""


@dataclass(frozen=True)
class Preprocessing:
    """A change of every pixel: ``x · scale + offset``, or a function of your own.

    Parameters
    ----------
    words : str
        What is done, for the screen and the record.
    scale, offset : tuple of float
        One number, or one for each channel of the model's input.
    bgr : bool
        The first three channels are reversed before they are scaled.
    told : bool
        Whether somebody or something tells that it is so; False for a guess.
    function : callable, optional
        Takes a batch (n, H, W, C) in 0..255, returns what the model takes;
        the rest is unused then.
    """

    description: str
    scale: tuple[float, ...] = (1.0,)
    offset: tuple[float, ...] = (0.0,)
    bgr: bool = False
    told: bool = True
    function: Callable[[PreparedBatch], ArrayLike] | None = field(default=None, repr=False)

    def __call__(self, batch: PreparedBatch) -> PreparedBatch:
        """Apply it to a batch (n, H, W, C) in 0..255; the batch is left as it was."""
        if self.function is not None:
            return np.asarray(self.function(batch.copy()), np.float32)
        if self.bgr and batch.shape[-1] > 1:
            batch = batch[..., [2, 1, 0, *range(3, batch.shape[-1])]]
        if self.scale == (1.0,) and self.offset == (0.0,):
            return batch
        changed = batch * self._for(self.scale, batch)
        changed += self._for(self.offset, batch)
        return changed

    def reversed(self) -> Preprocessing:
        """Return the same with the order of the model's channels turned around."""
        return replace(
            self,
            description=f"{self.description}, RGB → BGR"
            if not self.bgr
            else f"{self.description}, in RGB",
            scale=self.scale[::-1],
            offset=self.offset[::-1],
            bgr=not self.bgr,
        )

    def _for(self, numbers: tuple[float, ...], batch: PreparedBatch) -> PreparedBatch:
        channels = batch.shape[-1]
        if len(numbers) == 1 or len(numbers) == channels:
            return np.asarray(numbers, np.float32)
        if channels == 1:  # luminance: between the colours
            return np.array([np.mean(numbers)], np.float32)
        return np.array([*numbers, np.mean(numbers)], np.float32)  # alpha, alike


AS_IS: Final = Preprocessing("none: 0..255", told=False)

NAMED: Final = {
    "0..255": Preprocessing("none: 0..255"),
    "0..1": Preprocessing("scaled to 0..1", (1 / 255,)),
    "-1..1": Preprocessing("scaled to −1..1", (1 / 127.5,), (-1.0,)),
    "imagenet": Preprocessing(
        "scaled to 0..1, ImageNet mean and deviation",
        tuple(1 / (255 * deviation) for deviation in DEVIATION),
        tuple(-mean / deviation for mean, deviation in zip(MEAN, DEVIATION, strict=True)),
    ),
    "caffe": Preprocessing(
        "RGB → BGR, ImageNet mean subtracted (caffe style)",
        offset=tuple(-mean for mean in CAFFE_MEAN),
        bgr=True,
    ),
}
"""The ranges that models are trained in."""

REVERSED: Final = " bgr"
"""After a name: the model wants blue first."""


def parse_preprocess(preprocess: Any) -> Preprocessing | None:
    """Read what is to be done to the pixels; None for "auto".

    Raises
    ------
    ValueError
        It is nothing that is known.
    """
    if isinstance(preprocess, Preprocessing):
        return preprocess
    if preprocess is None:
        return replace(AS_IS, description="none: 0..255 (as you said)", told=True)
    if isinstance(preprocess, str):
        if preprocess == "auto":
            return None
        name, bgr = preprocess.removesuffix(REVERSED), preprocess.endswith(REVERSED)
        if name in NAMED and not (bgr and name == "caffe"):
            found = NAMED[name].reversed() if bgr else NAMED[name]
            return replace(found, description=f"{found.description} (as you said)")
    elif callable(preprocess):
        name = getattr(preprocess, "__name__", type(preprocess).__name__)
        return Preprocessing(f"your own ({name})", function=preprocess)
    names = ", ".join(repr(name) for name in NAMED)
    raise ValueError(
        f"preprocess={preprocess!r} is unknown. Wanted is 'auto', one of {names} (with ' bgr' "
        "after it where blue comes first), None for 0..255, or a callable that takes a batch "
        "(n, H, W, C) in 0..255 and returns what the model takes."
    )
