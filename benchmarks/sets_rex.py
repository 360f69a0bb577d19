"""Compare the smallest sets that are enough with ReX's, at as many calls, on EfficientNet-Lite0.

ReX (H. Chockler, D. A. Kelly, D. Kroening and Y. Sun, "Causal Explanations for Image Classifiers",
2024; `rex-xai`) needs an environment of its own:

    pip install rex-xai==0.4.1    # it asks for an old NumPy; --no-deps and what it misses will do
    python -m benchmarks.sets_rex

Both hide by grey, ReX by zeros after preprocessing. ReX's boxes end at a cell's size, and it adds a
cell's number of pixels at a time. Its rounds are stopped once it has asked what we ask for both a
map and its first set.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from rex_xai.explanation.explanation import Explanation
from rex_xai.input.config import CausalArgs, Strategy
from rex_xai.input.input_data import Data
from rex_xai.responsibility.prediction import from_pytorch_tensor
from rex_xai.responsibility.resp_maps import ResponsibilityMaps
from rex_xai.responsibility.responsibility import causal_explanation

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.grid import Grid

from .photographs import photographs
from .real_networks import in_pytorch, torch_lite0

RESULTS: Final = Path(__file__).with_name("sets_rex.json")
SIDE, CELL, PHOTOGRAPHS, MOST_ROUNDS = 224, 28, 12, 60
OTHERS: Final = ("picture-mean", "blur", "noise")


class Counted:
    """A network as ReX asks it, and how many pictures it was given."""

    def __init__(self) -> None:
        self.network, self.calls = torch_lite0(), 0

    def __call__(self, mutants: Any, target: Any = None, raw: bool = False) -> Any:  # noqa: FBT001, FBT002 - ReX's
        self.calls += len(mutants)
        with torch.no_grad():
            logits = self.network(mutants)
        return torch.softmax(logits, 1) if raw else from_pytorch_tensor(logits, target)


def rex_mask(pixels: np.ndarray, budget: int) -> tuple[np.ndarray, int]:
    """Return the pixels that ReX finds to be enough, and its calls."""
    ask, args = Counted(), CausalArgs()
    args.min_box_size, args.chunk_size = CELL, CELL * CELL
    args.batch_size, args.progress_bar, args.seed = 16, False, 0
    args.strategy, args.mask_value, args.gpu = Strategy.Global, 0, False
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002 - ReX draws from it
    data = Data(None, (1, 3, SIDE, SIDE), "cpu", mode="RGB")
    scaled = (pixels.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)
    data.data = torch.from_numpy(scaled[None].copy())
    data.model_shape, data.model_order = [1, 3, SIDE, SIDE], "first"
    data.model_height, data.model_width, data.model_channels = SIDE, SIDE, 3
    data.set_mask_value(0)
    data.target = ask(data.data)[0]
    maps = ResponsibilityMaps(args.responsibility_style, SIDE, SIDE, None)
    for number in range(MOST_ROUNDS):
        found = causal_explanation(
            number + 1, data, args, ask, current_map=maps.get(data.target.classification)
        )
        maps.merge(found[0])
        if ask.calls >= budget:
            break
    explained = Explanation(maps, ask, data, args, {})
    explained.extract()
    mask = explained.sufficiency_mask
    return mask.reshape(-1, SIDE, SIDE).any(0).numpy(), ask.calls


def holds(pixels: np.ndarray, mask: np.ndarray) -> list[bool]:
    """Tell under which other fills the pixels of a mask alone keep the answer."""
    classifier, grid = in_pytorch(), Grid(8, 8, SIDE, SIDE)
    whole = int(classifier(pixels[None].astype(np.float32))[0].argmax())
    held = []
    for name in OTHERS:
        hidden = np.array(parse_fill(name, 0).whole(pixels.astype(np.float32), grid))
        hidden[mask] = pixels[mask]
        held.append(int(classifier(hidden[None])[0].argmax()) == whole)
    return held


def main() -> None:
    """Measure both, photograph by photograph."""
    explainer, rows = GridExplainer(in_pytorch(), fill="gray"), []
    for photograph in photographs()[:PHOTOGRAPHS]:
        explanation = explainer.explain(photograph.pixels)
        found = explainer.minimal_sets(explanation, budget=105)
        ours = found.enough[0] if found.enough else None
        if ours is None:
            continue
        pixels = explanation.pixels
        spent = explanation.cost.forward + ours.calls
        ours_mask = np.zeros((SIDE, SIDE), np.bool_)
        for cell in ours.cells:
            top, left, bottom, right = explanation.grid.box(explanation.grid.index(*cell))
            ours_mask[top:bottom, left:right] = True
        mask, calls = rex_mask(pixels, spent)
        rows.append(
            {
                "picture": photograph.name,
                "ours": {"share": float(ours_mask.mean()), "calls": spent, "alone": ours.alone},
                "rex": {"share": float(mask.mean()), "calls": calls},
                "ours_held": holds(pixels, ours_mask),
                "rex_held": holds(pixels, mask),
            }
        )
        RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        print(rows[-1], file=sys.stderr)


if __name__ == "__main__":
    main()
