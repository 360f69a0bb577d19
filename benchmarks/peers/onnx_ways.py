"""ONNX Runtime on the masked pictures themselves: what the processor can do."""

from __future__ import annotations

import json
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import onnxruntime
from worker import BATCH, CORES, First, Way, drops, masked, serve

FOLDER = Path(sys.argv[1])
TARGET = json.loads((FOLDER / "resnet50.json").read_text())["target"]
OPTIONS = onnxruntime.SessionOptions()
OPTIONS.intra_op_num_threads = CORES
SESSION = onnxruntime.InferenceSession(
    FOLDER / "resnet50.onnx", OPTIONS, providers=["CPUExecutionProvider"]
)


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


if __name__ == "__main__":
    serve({"onnx": onnx}, ["onnxruntime", "numpy"])
