"""Write build/compare_dev.html and build/compare_live.html: the comparison with made-up maps.

The first is a page as one is saved; the second is what a kernel shows while it is at work, with one
that answers nothing. Run as ``python -m tools.dev_compare`` after ``make build``.
"""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.quantities import PROBABILITY
from gridexplainer_widget.core.fills import NAMES, fill_text
from gridexplainer_widget.demo.demo import FOLDER
from gridexplainer_widget.results.comparison_page import WIDE_STYLE, comparison_html
from gridexplainer_widget.results.data.metrics import metric_records
from gridexplainer_widget.wire.document import STATIC, STYLE, Document

ROWS = COLUMNS = 8

METHODS = [
    ["occlusion", "Occlusion", False, ""],
    ["grad-cam", "Grad-CAM", True, ""],
    ["saliency", "Saliency", False, ""],
    ["rise", "RISE", False, ""],
    ["shap", "SHAP", False, ""],
    ["lime", "LIME", False, ""],
    ["cam", "CAM", False, "needs a network that ends in global average pooling"],
    ["guided-backpropagation", "Guided backpropagation", False, "needs ReLU layers"],
]

LAYERS = ["conv1_relu", "conv3_block4_out", "conv5_block2_out", "conv5_block3_out"]

REQUESTS = [
    ["occlusion", ""],
    ["grad-cam", ""],
    ["grad-cam", "conv3_block4_out"],
    ["saliency", ""],
    ["rise", "samples=4000"],
    ["shap", ""],
    ["lime", ""],
    ["cam", ""],
]

EARLY = (
    "The layer 'conv3_block4_out' comes early, and what follows it has no maps: what it tells may "
    "have little to do with the answer."
)

NO_CAM = (
    "CAM needs a network that ends in global average pooling and one dense layer, and honest demo "
    "ends in flatten. Grad-CAM asks for no such end."
)

FASTEST = "hiding its top cells removes the answer fastest of the four"

BETTER = "it orders the cells better than random orders"

NO_BETTER = "it orders the cells no better than random orders"

# A model without a kernel, which writes down what it is sent.
KERNEL = """
const record = JSON.parse(document.getElementById("record").textContent);
const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
record.picture = bytes(record.picture);
for (const map of record.maps) map.values = map.values && bytes(map.values);
const listeners = {};
const model = {
  get: (name) => record[name],
  set(name, value) {
    record[name] = value;
    for (const heard of listeners[`change:${name}`] ?? []) heard();
  },
  save_changes() {},
  send: (command) => console.log(JSON.stringify(command)),
  on: (event, heard) => (listeners[event] ??= new Set()).add(heard),
  off: (event, heard) => listeners[event]?.delete(heard),
};
window.model = model;
view.render({ model, el: document.getElementById("widget") });
"""


def main(folder: Path) -> None:
    """Write both pages."""
    folder.mkdir(exist_ok=True)
    known = record()
    saved = comparison_html(known, "cat: 35.8%", "honest demo · 8×8 cells · 8 methods")
    (folder / "compare_dev.html").write_bytes(saved.encode())
    script = (STATIC / "comparison.js").read_text(encoding="utf-8")
    head, _, exports = script.rpartition("export{")
    name = exports.partition(" as default")[0]
    live = Document(
        title="Comparison at work",
        heading="Comparison at work",
        line="With a kernel that answers nothing.",
        script=f"{head}const view = {name};{KERNEL}",
        style=(STATIC / "comparison.css").read_text(encoding="utf-8") + STYLE + WIDE_STYLE,
    )
    evidence = {"cell": [4, 5], "drop": -0.22, "classes": CLASSES}
    at_work = {**known, "status": "running", "evidence": evidence, "value": [[4, 5]]}
    (folder / "compare_live.html").write_bytes(live.html(at_work).encode())


CLASSES = [[0, 0.358, 0.578], [1, 0.585, 0.322], [2, 0.008, 0.013], [3, 0.007, 0.012]]


def record() -> dict[str, Any]:
    """Make up all that is shown."""
    picture = FOLDER / "pictures" / "honest" / "cat-and-dog.png"
    down, across = np.mgrid[:ROWS, :COLUMNS]

    def spot(row: float, column: float, width: float) -> NDArray[np.float64]:
        return np.exp(-((down - row) ** 2 + (across - column) ** 2) / width)

    cat, dog = spot(4, 1.6, 4), spot(4, 5.5, 4)
    some = np.where(down * COLUMNS + across < 37, 0.3 * spot(3, 2, 6) - 0.1, np.nan)
    weights = np.random.default_rng(0).normal(0, 2e-5, (ROWS, COLUMNS)) * (cat + dog + 0.1)
    maps = [
        shown(
            0,
            0.16 * cat - 0.3 * dog,
            unit="probability",
            forward=65,
            seconds=1.24,
            native="8×8 cells, each hidden by cell-mean",
            figures=audit_record(0.08, 0.41, 0.02, pointing=True, inside=0.81),
            trust={"level": "high", "reasons": [FASTEST, "it foretells what hiding does"]},
        ),
        shown(
            1,
            np.maximum(0, spot(4, 2, 9) - 0.1),
            forward=2,
            backward=1,
            seconds=0.11,
            layerUsed="conv5_block3_out",
            native="7×7 maps of 'conv5_block3_out'",
            derived="pixels: bilinear; cells: their mean",
            figures=audit_record(0.11, 0.38, 0.31, pointing=True, inside=0.62),
            trust={"level": "some", "reasons": [BETTER, "it foretells nothing reliable"]},
        ),
        shown(
            2,
            np.maximum(0, spot(2, 3, 12) - 0.3),
            forward=2,
            backward=1,
            seconds=0.12,
            layerUsed="conv3_block4_out",
            notes=[EARLY],
            figures=audit_record(0.19, 0.24, 0.88, pointing=False, inside=0.2),
            trust={"level": "low", "reasons": [NO_BETTER, "it foretells nothing reliable"]},
        ),
        shown(
            3,
            weights,
            forward=1,
            backward=1,
            seconds=0.02,
            figures=audit_record(0.0042, 0.0061, 0.04, pointing=False, inside=0.33),
            trust={"level": "low", "reasons": [NO_BETTER, "it foretells nothing reliable"]},
        ),
        shown(4, some, status="running", unit="probability"),
        shown(5, None, status="running"),
        shown(6, None, status="pending"),
        shown(7, None, status="failed", error=NO_CAM),
    ]
    return {
        "picture": picture.read_bytes(),
        "labels": ["cat", "dog", "butterfly", "pizza"],
        "prediction": {"target": 0, "probability": 0.358, "top": [row[:2] for row in by_before()]},
        "grid": {"rows": ROWS, "columns": COLUMNS, "height": 256, "width": 256},
        "offered": METHODS,
        "layers": LAYERS,
        "maps": maps,
        "progress": [None] * 4 + [[1200, 4000], *[None] * 3],
        "evidence": {},
        "fills": ["gray", "blur"],
        "status": "done",
        "error": "",
        "metrics": metric_records(),
        "map_fills": [[name, fill_text(name), ""] for name in NAMES],
        "reading": "",
        "grid_size": ROWS,
        "map_fill": "picture-mean",
        "quantity": PROBABILITY.record,
        "methods": REQUESTS,
        "target": 0,
        "value": [],
        "randomise": True,
        "answers": [CLASSES if cell % 3 else None for cell in range(ROWS * COLUMNS)],
    }


def by_before() -> list[list[Any]]:
    """Sort what the model believes of the whole picture."""
    return sorted(CLASSES, key=lambda row: -row[1])


def shown(place: int, values: NDArray[np.float64] | None, **changes: Any) -> dict[str, Any]:
    """Make up one map, finished where nothing else is said."""
    method, what = REQUESTS[place]
    title = next(title for name, title, *_ in METHODS if name == method)
    return {
        "method": method,
        "title": f"{title}, {what}" if what else title,
        "layer": what,
        "layerUsed": "",
        "status": "done",
        "values": None if values is None else b64encode(values.astype("<f4").tobytes()).decode(),
        "unit": "",
        "native": "",
        "derived": "",
        "notes": [],
        "forward": 0,
        "backward": 0,
        "seconds": 0.0,
        "error": "",
        "figures": {},
        "trust": {},
    } | changes


def audit_record(
    deletion: float, insertion: float, randomised: float, *, pointing: bool, inside: float
) -> dict[str, Any]:
    """Make up an audit."""
    bands = {"deletion": [0.11, 0.3], "insertion": [0.11, 0.3], "srg": [-0.12, 0.12]}
    under = {
        "deletion": deletion,
        "insertion": insertion,
        "srg": insertion - deletion,
        "bands": bands,
    }
    by_chance = "Under gray this map orders the cells no better than random orders."
    flat = (
        "Cannot tell maps apart under blur: with every cell hidden the model gives 34.1%, with "
        "none 35.8%."
    )
    return {
        "under": [
            {
                "fill": "gray",
                **under,
                "ranks": True,
                "verdict": by_chance if insertion - deletion < 0.12 else "",
            },
            {"fill": "blur", **under, "ranks": False, "verdict": flat},
        ],
        "foretells": insertion,
        "randomised": randomised,
        "pointing": pointing,
        "inside": inside,
        "beside": {
            "foretells": "random −0.30 to 0.28",
            "randomised": "chance 0.10",
            "pointing": "",
            "inside": "chance 0.13, the object itself 0.77",
        },
        "doubt": "" if insertion > 0.3 else "This map says nothing reliable about this picture.",
        "calls": 128,
        "chanceCalls": 450,
        "notes": [],
    }


if __name__ == "__main__":
    main(Path(__file__).parents[1] / "build")
