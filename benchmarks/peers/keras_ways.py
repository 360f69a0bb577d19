"""Ours, two plain loops, and the two peers that take any function: on Keras's model."""

from __future__ import annotations

import numpy as np
from worker import (
    BATCH,
    GREY,
    PICTURE,
    PIXELS,
    SIDE,
    TARGET,
    First,
    Way,
    all_masked,
    cells_alone,
    drops,
    keras_model,
    masked,
    serve,
)

from gridexplainer_widget import GridExplainer

MODEL = keras_model()
LABELS = [str(number) for number in range(MODEL.output_shape[-1])]


def explainer_of(grid: int, engine: str, *, joint: bool) -> GridExplainer:
    settings = {"fill": (GREY,) * 3, "preprocess": None, "labels": LABELS}
    return GridExplainer(MODEL, grid, engine=engine, joint=joint, **settings)


def cells(grid: int, engine: str) -> Way:
    return cells_alone(explainer_of(grid, engine, joint=False))


def both_maps(grid: int) -> Way:
    """Ours as it comes: the cells alone and together, and the check of the model."""
    explainer = explainer_of(grid, "auto", joint=True)

    def way(_: First) -> np.ndarray:
        return explainer.explain(PICTURE, TARGET).drops

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


def shap_partition(calls: int | None = None) -> Way:
    """SHAP's own number of calls and size of batch, unless told."""
    import shap  # noqa: PLC0415 - not in the memory of the others

    explainer = shap.PartitionExplainer(
        predict, shap.maskers.Image(np.full_like(PIXELS, GREY), PIXELS.shape)
    )
    told = {} if calls is None else {"max_evals": calls, "batch_size": BATCH}

    def way(_: First) -> None:
        explainer(PIXELS[np.newaxis], outputs=[TARGET], silent=True, **told)

    return way


def lime_grid(grid: int, calls: int) -> Way:
    """The same cells and grey as ours."""
    rows, columns = np.indices((SIDE, SIDE)) * grid // SIDE
    return lime(
        hide_color=GREY,
        num_samples=calls,
        batch_size=BATCH,
        segmentation_fn=lambda _: rows * grid + columns,
    )


def lime(**told: object) -> Way:
    """LIME's own regions, colours and number of samples, unless told."""
    from lime.lime_image import LimeImageExplainer  # noqa: PLC0415 - as above

    def way(_: First) -> None:
        LimeImageExplainer(random_state=0).explain_instance(
            PICTURE.astype(np.float64),
            predict,
            labels=(TARGET,),
            top_labels=None,
            **told,
        )

    return way


if __name__ == "__main__":
    serve(
        {
            "incremental": lambda grid: cells(grid, "auto"),
            "full": lambda grid: cells(grid, "full"),
            "default": both_maps,
            "original": original,
            "one-predict": one_predict,
            "shap-65": lambda _: shap_partition(65),
            "shap-200": lambda _: shap_partition(200),
            "shap": lambda _: shap_partition(),
            "lime-65": lambda grid: lime_grid(grid, 65),
            "lime-200": lambda grid: lime_grid(grid, 200),
            "lime": lambda _: lime(),
        },
        ["gridexplainer-widget", "tensorflow", "keras", "shap", "lime", "numpy"],
        imports={
            **dict.fromkeys(("shap-65", "shap-200", "shap"), "shap"),
            **dict.fromkeys(("lime-65", "lime-200", "lime"), "lime.lime_image"),
        },
    )
