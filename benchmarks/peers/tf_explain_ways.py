"""tf-explain's OcclusionSensitivity."""

from __future__ import annotations

import cv2
import numpy as np
from tf_explain.core.occlusion_sensitivity import OcclusionSensitivity
from worker import PIXELS, TARGET, First, Way, keras_model, patch, serve

MODEL = keras_model()
BASELINE = float(MODEL.predict(PIXELS[np.newaxis], verbose=0)[0, TARGET])


class Kept(OcclusionSensitivity):
    """Keeps the map, of which explain() returns a coloured picture only."""

    map: np.ndarray

    def get_sensitivity_map(self, *args: object, **options: object) -> np.ndarray:
        self.map = super().get_sensitivity_map(*args, **options)
        return self.map


def tf_explain(grid: int) -> Way:
    explainer, side = Kept(), patch(grid)

    def way(_: First) -> np.ndarray:
        explainer.explain((PIXELS[np.newaxis], None), MODEL, TARGET, side)
        # It is 1 − score, enlarged to the picture; enlarging is linear, and taken back.
        cells = -(-len(PIXELS) // side)
        smaller = np.linalg.pinv(cv2.resize(np.eye(cells), (cells, len(PIXELS))))
        return BASELINE - (1 - smaller @ explainer.map @ smaller.T)

    return way


if __name__ == "__main__":
    serve({"tf-explain": tf_explain}, ["tf-explain", "tensorflow", "keras", "numpy"])
