"""Captum's Occlusion, one picture or 64 at once."""

from __future__ import annotations

import torch
from captum.attr import Occlusion
from networks import load_torch
from worker import CORES, FOLDER, GREY, PIXELS, TARGET, First, Way, patch, serve

torch.set_num_threads(CORES)
MODEL = load_torch(FOLDER)
INPUT = torch.from_numpy(PIXELS).permute(2, 0, 1)[None].contiguous()


def captum(grid: int, at_once: int) -> Way:
    occlusion, side = Occlusion(MODEL), patch(grid)

    def way(_: First) -> torch.Tensor:
        with torch.inference_mode():
            attribution = occlusion.attribute(
                INPUT,
                sliding_window_shapes=(3, side, side),
                strides=(3, side, side),
                baselines=GREY,
                target=TARGET,
                perturbations_per_eval=at_once,
            )
        return attribution[0, 0, side // 2 :: side, side // 2 :: side].numpy()

    return way


if __name__ == "__main__":
    serve(
        {"captum-1": lambda grid: captum(grid, 1), "captum-64": lambda grid: captum(grid, 64)},
        ["captum", "torch", "torchvision", "numpy"],
        torch.get_num_threads(),
    )
