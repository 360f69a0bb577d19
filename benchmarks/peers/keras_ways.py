"""Ours, two plain loops, and the two peers that take any function: on Keras's ResNet50."""

from __future__ import annotations

import numpy as np
from keras_network import network, target
from worker import BATCH, GREY, PICTURE, PIXELS, SIDE, First, Way, all_masked, drops, masked, serve

from gridexplainer_widget import GridExplainer

MODEL = network()
TARGET = target(MODEL)
LABELS = [str(number) for number in range(MODEL.output_shape[-1])]
LIME_SAMPLES = 1000


def ours(grid: int, engine: str) -> Way:
    explainer = GridExplainer(
        MODEL, grid, engine=engine, fill=(GREY,) * 3, preprocess=None, labels=LABELS
    )

    def way(first: First) -> np.ndarray:
        run = explainer.start_run(PICTURE)
        for number, _ in enumerate(run.steps()):
            if number == 0:
                first()
        return explainer.freeze(run, TARGET).drops

    return way


def original(grid: int) -> Way:
    def way(first: First) -> np.ndarray:
        scores = []
        for pixels in masked(grid):
            scores.append(MODEL.predict(pixels[np.newaxis], verbose=0)[0, TARGET])
            if len(scores) == 2:
                first()
        return drops(scores)

    return way


def one_predict(grid: int) -> Way:
    return lambda _: drops(MODEL.predict(all_masked(grid), verbose=0)[:, TARGET])


def predict(pictures: np.ndarray) -> np.ndarray:
    return MODEL.predict(np.asarray(pictures, np.float32), batch_size=BATCH, verbose=0)


def shap_partition(grid: int) -> Way:
    import shap  # noqa: PLC0415 - not in the memory of the others

    masker = shap.maskers.Image(np.full_like(PIXELS, GREY), PIXELS.shape)
    explainer = shap.PartitionExplainer(predict, masker)

    def way(_: First) -> None:
        explainer(
            PIXELS[np.newaxis],
            max_evals=grid * grid + 1,
            batch_size=BATCH,
            outputs=[TARGET],
            silent=True,
        )

    return way


def lime_grid(grid: int, samples: int = LIME_SAMPLES) -> Way:
    from lime.lime_image import LimeImageExplainer  # noqa: PLC0415 - as above

    rows, columns = np.indices((SIDE, SIDE)) * grid // SIDE

    def way(_: First) -> None:
        LimeImageExplainer(random_state=0).explain_instance(
            PIXELS.astype(np.float64),
            predict,
            labels=(TARGET,),
            top_labels=None,
            hide_color=GREY,
            num_samples=samples,
            batch_size=BATCH,
            segmentation_fn=lambda _: rows * grid + columns,
        )

    return way


if __name__ == "__main__":
    serve(
        {
            "full": lambda grid: ours(grid, "full"),
            "incremental": lambda grid: ours(grid, "incremental"),
            "original": original,
            "one-predict": one_predict,
            "shap": shap_partition,
            "lime": lime_grid,
            "lime-start": lambda grid: lime_grid(grid, 2 * BATCH),
        },
        ["gridexplainer-widget", "tensorflow", "keras", "shap", "lime", "numpy"],
    )
