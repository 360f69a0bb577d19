"""Preprocessing: pixels in 0..255 → a model's input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.shown import shown

PreprocessLike: TypeAlias = "str | Callable[[PreparedBatch], ArrayLike] | None"
"""A name of `PRESETS`, also with " bgr"; "auto"; None for 0..255; or a callable."""

IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
"""ImageNet's mean in 0..1, R, G, B (https://docs.pytorch.org/vision/main/models.html)."""

IMAGENET_DEVIATION: Final = (0.229, 0.224, 0.225)

CAFFE_MEAN: Final = (103.939, 116.779, 123.68)
"""ImageNet's mean in 0..255, B, G, R (keras.applications.imagenet_utils)."""


@dataclass(frozen=True)
class Preprocessing:
    """Scale and shift pixels, ``x · scale + offset``, or call a function.

    Parameters
    ----------
    description : str
        For the screen and the record.
    scale, offset : tuple of float
        One number, or one per input channel.
    bgr : bool
        Reverse the first three channels before scaling.
    known : bool
        Stated by the model or the user; False: a guess.
    function : callable, optional
        Batch (n, H, W, C) in 0..255 → model input; replaces the above.
    """

    description: str
    scale: tuple[float, ...] = (1.0,)
    offset: tuple[float, ...] = (0.0,)
    bgr: bool = False
    known: bool = True
    function: Callable[[PreparedBatch], ArrayLike] | None = field(default=None, repr=False)

    def __call__(self, batch: PreparedBatch) -> PreparedBatch:
        """Preprocess a batch (n, H, W, C) in 0..255; leave it unchanged."""
        if self.function is not None:
            return np.asarray(self.function(batch.copy()), np.float32)
        if self.bgr and batch.shape[-1] > 1:
            batch = batch[..., [2, 1, 0, *range(3, batch.shape[-1])]]
        if self.scale == (1.0,) and self.offset == (0.0,):
            return batch
        changed = batch * self._for(self.scale, batch)
        changed += self._for(self.offset, batch)
        return changed

    @property
    def record(self) -> list[Any]:
        """What it does, as plain values; without names, which differ from process to process."""
        if self.function is not None:
            return ["a function"]
        return [list(self.scale), list(self.offset), self.bgr]

    def reversed(self) -> Preprocessing:
        """Reverse the order of the model's channels."""
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
        if channels == 1:  # luminance lies between the colours
            return np.array([np.mean(numbers)], np.float32)
        return np.array([*numbers, np.mean(numbers)], np.float32)  # so does alpha


AS_IS: Final = Preprocessing("none: 0..255", known=False)

NOT_FOUND: Final = replace(
    AS_IS,
    description="none found: 0..255 is handed over as it is; say preprocess=… if that is wrong",
)

PRESETS: Final = {
    "0..255": Preprocessing("none: 0..255"),
    "0..1": Preprocessing("scaled to 0..1", (1 / 255,)),
    "-1..1": Preprocessing("scaled to −1..1", (1 / 127.5,), (-1.0,)),
    "imagenet": Preprocessing(
        "scaled to 0..1, ImageNet mean and deviation",
        tuple(1 / (255 * deviation) for deviation in IMAGENET_DEVIATION),
        tuple(
            -mean / deviation
            for mean, deviation in zip(IMAGENET_MEAN, IMAGENET_DEVIATION, strict=True)
        ),
    ),
    "caffe": Preprocessing(
        "RGB → BGR, ImageNet mean subtracted (caffe style)",
        offset=tuple(-mean for mean in CAFFE_MEAN),
        bgr=True,
    ),
}

BGR_SUFFIX: Final = " bgr"
"""After a preset's name: blue first."""


def guessed(found: Preprocessing, by: str = "its body") -> Preprocessing:
    """Return a family's preprocessing for a model that may have been trained in any range."""
    description = f"{found.description}, guessed by {by}; say preprocess=… if that is wrong"
    return replace(found, description=description, known=False)


def parse_preprocess(preprocess: Any) -> Preprocessing | None:
    """Parse the user's preprocessing; None for "auto"."""
    if isinstance(preprocess, Preprocessing):
        return preprocess
    if preprocess is None:
        return replace(AS_IS, description="none: 0..255 (as you said)", known=True)
    if isinstance(preprocess, str):
        if preprocess == "auto":
            return None
        name, bgr = preprocess.removesuffix(BGR_SUFFIX), preprocess.endswith(BGR_SUFFIX)
        if name in PRESETS and not (bgr and name == "caffe"):
            found = PRESETS[name].reversed() if bgr else PRESETS[name]
            return replace(found, description=f"{found.description} (as you said)")
    elif callable(preprocess):
        name = getattr(preprocess, "__name__", type(preprocess).__name__)
        return Preprocessing(f"your own ({shown(name)})", function=preprocess)
    names = ", ".join(repr(name) for name in PRESETS)
    raise ValueError(
        f"preprocess={preprocess!r} is unknown. Wanted is 'auto', one of {names} (with ' bgr' "
        "after it where blue comes first), None for 0..255, or a callable that takes a batch "
        "(n, H, W, C) in 0..255 and returns what the model takes."
    )
