"""Explain one network in one way, as often as told: a process of `benchmarks/incremental.py`.

    python -m benchmarks.incremental_worker NAME SIDE ENGINE BATCH

A line ``first 8`` has an 8×8 grid explained, with all that has to be traced, planned and compiled,
and is answered with the class vectors; ``again 8`` with no more than the seconds it took and the
peak of memory since ``first``.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from benchmarks.memory import peak_mib, reset_peak
from gridexplainer_widget import Classifier, GridExplainer, as_classifier
from gridexplainer_widget.incremental.boxes import as_boxes
from gridexplainer_widget.incremental.costs import changed_boxes
from gridexplainer_widget.inference.incremental import IncrementalStrategy
from gridexplainer_widget.inference.run import Run
from tests.support.networks import enliven, picture

if TYPE_CHECKING:
    from torch import nn

FILL = "red"


def classifier(name: str, side: int) -> Classifier:
    """The network with lively weights; ten classes."""
    if name.endswith(".onnx"):
        return onnx_classifier(name.removesuffix(".onnx"), side)
    return torch_classifier(name, side) if name.islower() else keras_classifier(name, side)


def torch_classifier(name: str, side: int) -> Classifier:
    module = torch_network(name, side)
    return as_classifier(module, input_shape=(side, side), output="logits")


def onnx_classifier(name: str, side: int) -> Classifier:
    import torch  # noqa: PLC0415

    module = torch_network(name, side)
    path = Path(tempfile.mkdtemp()) / f"{name}.onnx"
    pictures = torch.zeros(2, 3, side, side)
    axes = {"pictures": {0: "n"}, "logits": {0: "n"}}
    names = {"input_names": ["pictures"], "output_names": ["logits"], "dynamic_axes": axes}
    torch.onnx.export(module, (pictures,), path, opset_version=17, dynamo=False, **names)
    return as_classifier(path, output="logits", preprocess="0..1")


def torch_network(name: str, side: int) -> nn.Module:
    # Each framework only where it is used: it would count as memory of the other's networks.
    from tests.support.pytorch import torch, torchvision  # noqa: PLC0415
    from tests.support.torch_networks import lively, telling  # noqa: PLC0415

    torch.manual_seed(1)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    module = lively(getattr(torchvision.models, name)(num_classes=10)).eval()
    telling(module, (side, side))
    return module.eval()


def keras_classifier(name: str, side: int) -> Classifier:
    import keras  # noqa: PLC0415

    keras.utils.set_random_seed(1)
    model = getattr(keras.applications, name)(weights=None, input_shape=(side, side, 3), classes=10)
    found = as_classifier(model)
    masker = GridExplainer(found, 2, fill=FILL, engine="full").start_run(picture(side, side)).masker
    masked = np.stack([masker.masked(cells) for cells in ((), (0,), (1,), (2,), (3,))])
    enliven(model, found.preprocessing(masked))
    return found


def explained(found: Classifier, grid: int, engine: str, side: int, batch: int | None) -> Run:
    explainer = GridExplainer(found, grid, fill=FILL, engine=engine, batch_size=batch)
    run = explainer.start_run(picture(side, side))
    list(run.steps())
    return run


def promised(run: Run) -> float:
    """How many times fewer multiply-adds the exact boxes need."""
    if not isinstance(run.strategy, IncrementalStrategy):
        return 1.0
    graph = run.strategy.plan.graph
    boxes = changed_boxes(graph, as_boxes(run.grid.boxes()))
    full = dirty = 0.0
    for index, node in enumerate(graph.nodes):
        full += node.work * node.positions
        part = boxes.get(index)
        changed = node.positions
        if part is not None:
            changed = float(np.prod(part[:, :, 1] - part[:, :, 0], axis=1).mean())
        dirty += node.work * changed
    return full / dirty


def main() -> None:
    name, side, engine, batch = sys.argv[1:]
    found = classifier(name, int(side))
    print("ready", flush=True)
    for line in sys.stdin:
        what, grid = line.split()
        if what == "first":
            reset_peak()
        begin = time.perf_counter()
        run = explained(found, int(grid), engine, int(side), int(batch) or None)
        answer: dict[str, object] = {"seconds": time.perf_counter() - begin, "peak": peak_mib()}
        if what == "first":
            answer |= {"promised": promised(run), "words": run.strategy.description}
            answer |= {"vectors": run.vectors.tolist(), "baseline": run.baseline.tolist()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
