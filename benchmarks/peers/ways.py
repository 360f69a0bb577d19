"""The ways that benchmarks/peers.py compares."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """One row of the table.

    Parameters
    ----------
    exact
        Whether it hides each cell once, so that its drops are known.
    slow
        Whether its rounds come last.
    """

    title: str
    peer: str
    exact: bool = True
    grows: bool = False
    slow: bool = False


WAYS = {
    "incremental": Way("ours", "keras", grows=True),
    "full": Way('ours, engine="full"', "keras", grows=True),
    "ours-onnx": Way("ours, ONNX file", "onnx"),
    "onnx": Way("yardstick: ONNX Runtime", "onnx"),
    "one-predict": Way("one predict for all", "keras", grows=True),
    "original": Way("one predict per cell", "keras"),
    "tf-explain": Way("tf-explain", "tf-explain", grows=True),
    "xplique": Way("Xplique", "xplique", grows=True),
    "captum-64": Way("Captum, 64 at once", "captum", grows=True),
    "captum-1": Way("Captum, 1 at once", "captum"),
    "shap-65": Way("SHAP partition, 65 calls", "keras", exact=False),
    "lime-65": Way("LIME, 65 calls", "keras", exact=False),
    "default": Way("ours, both maps, some 200 calls", "keras", exact=False),
    "shap-200": Way("SHAP partition, 200 calls", "keras", exact=False),
    "lime-200": Way("LIME, 200 calls", "keras", exact=False),
    "shap": Way("SHAP partition, 500 calls, its default", "keras", exact=False, slow=True),
    "lime": Way("LIME, 1,000 calls, its default", "keras", exact=False, slow=True),
}
OURS = "incremental"
