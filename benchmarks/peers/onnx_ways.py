"""ONNX Runtime on the masked pictures, which shows what the processor can do; ours on the file."""

from __future__ import annotations

from itertools import islice

import numpy as np
import onnxruntime
from worker import BATCH, CORES, FOLDER, GREY, TARGET, First, Way, cells_alone, drops, masked, serve

from gridexplainer_widget import GridExplainer

PATH = FOLDER / "network.onnx"
OPTIONS = onnxruntime.SessionOptions()
OPTIONS.intra_op_num_threads = CORES
SESSION = onnxruntime.InferenceSession(PATH, OPTIONS, providers=["CPUExecutionProvider"])


def onnx(grid: int) -> Way:
    def way(first: First) -> np.ndarray:
        pictures, scores = masked(grid), []
        while batch := list(islice(pictures, BATCH)):
            stacked = np.ascontiguousarray(np.stack(batch).transpose(0, 3, 1, 2))
            scores.append(SESSION.run(None, {"pictures": stacked})[0][:, TARGET])
            if len(scores) == 1:
                first()
        return drops(np.concatenate(scores))

    return way


def ours(grid: int) -> Way:
    return cells_alone(
        GridExplainer(
            PATH, grid, fill=(GREY,) * 3, preprocess="0..255", output="softmax", joint=False
        )
    )


if __name__ == "__main__":
    serve({"onnx": onnx, "ours-onnx": ours}, ["gridexplainer-widget", "onnxruntime", "numpy"])
