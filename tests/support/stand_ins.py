"""Small files that stand for the reader's own, where a page of the documentation names them."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from PIL import Image


def photograph(seed: int = 0) -> Image.Image:
    """Draw coarse noise of 48×48 pixels."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((48, 48), Image.Resampling.NEAREST)


def _photograph(path: Path) -> None:
    photograph().save(path)


def _photographs(path: Path) -> None:
    path.mkdir()
    for seed in range(4):
        photograph(seed).save(path / f"{seed}.jpg")


def _scan(path: Path) -> None:
    grey = np.random.default_rng(0).integers(0, 65536, (48, 48), dtype=np.uint16)
    Image.fromarray(grey).save(path)


def _keras(path: Path) -> None:
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.save(path)


def _onnx(path: Path) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    kernel = np.random.default_rng(0).normal(0, 2, (3, 3, 5, 5)).astype(np.float32)
    pictures = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 32, 32])
    answers = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])
    nodes = [
        helper.make_node("Conv", ["x", "kernel"], ["a"]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("GlobalAveragePool", ["b"], ["c"]),
        helper.make_node("Flatten", ["c"], ["d"]),
        helper.make_node("Softmax", ["d"], ["y"]),
    ]
    weights = [numpy_helper.from_array(kernel, "kernel")]
    graph = helper.make_graph(nodes, "small", [pictures], [answers], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)


def _vit(path: Path) -> None:
    import torch
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = ViTConfig(image_size=32, patch_size=8, intermediate_size=32, num_labels=3, **sizes)
    ViTForImageClassification(config).save_pretrained(path)
    ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(path)


def _names(path: Path) -> None:
    path.write_text("cat\ndog\nhorse\n", encoding="utf-8")


STAND_INS: dict[str, Callable[[Path], None]] = {
    "photo.jpg": _photograph,
    "photos": _photographs,
    "cat.jpg": _photograph,
    "scan.png": _scan,
    "names.txt": _names,
    **{f"{which}.keras": _keras for which in ("model", "old", "new")},
    **{f"{which}.onnx": _onnx for which in ("model", "old", "new")},
    "vit": _vit,
}


def lay_out(folder: Path, text: str) -> None:
    """Write to `folder` what `text` names."""
    for name, make in STAND_INS.items():
        if f'"{name}' in text or f" {name}" in text:
            make(folder / name)


class _Classifies(BaseHTTPRequestHandler):
    """Answers a PNG with three class probabilities: how red, green and blue it is."""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        picture = Image.open(io.BytesIO(self.rfile.read(length)))
        colours = np.asarray(picture, np.float64).mean(axis=(0, 1)) + 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(list(colours / colours.sum())).encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def classifying_server() -> Iterator[str]:
    """Serve a classifier for as long as it is needed; give its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Classifies) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
