"""Xplique's Occlusion, in batches of 32 as it comes."""

from __future__ import annotations

import numpy as np
from worker import GREY, PIXELS, TARGET, First, Way, keras_model, patch, serve
from xplique.attributions import Occlusion

MODEL = keras_model()


def xplique(grid: int) -> Way:
    side = patch(grid)
    explainer = Occlusion(MODEL, patch_size=side, patch_stride=side, occlusion_value=GREY)
    wanted = np.eye(MODEL.output_shape[-1], dtype=np.float32)[[TARGET]]

    def way(_: First) -> np.ndarray:
        found = np.asarray(explainer.explain(PIXELS[np.newaxis], wanted))
        return found[0, side // 2 :: side, side // 2 :: side, 0]

    return way


if __name__ == "__main__":
    serve({"xplique": xplique}, ["xplique", "tensorflow", "keras", "numpy"])
