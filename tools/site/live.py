"""The gallery's live pages: what a reader of the site can touch, made of the embedded demo."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from gridexplainer_widget import GridExplainer, demo


def live_pages(folder: Path) -> None:
    """Write each of the gallery's pages to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    honest = demo.load("honest")
    explainer = GridExplainer(honest.classifier)
    picture = honest.pictures["cat and dog"]
    dog = explainer.explain(picture, "dog")
    explainer.certainty(dog)
    explainer.minimal_sets(explainer.explanation or dog)
    (explainer.explanation or dog).to_html(folder / "cat-and-dog.html")
    explainer.explain(picture, "dog", contrast="cat").to_html(folder / "dog-rather-than-cat.html")
    explainer.report(picture, folder / "case.html", "dog")
    methods = ["occlusion", "grad-cam", "saliency"]
    compared = explainer.compare(picture, methods, "dog", mask=honest.masks["cat and dog"]["dog"])
    compared.to_html(folder / "methods.html")

    cheating = demo.load("cheating")
    stamped = next(name for name in cheating.pictures if "horse" in name and "stamp" in name)
    caught = GridExplainer(cheating.classifier).explain(cheating.pictures[stamped], "horse")
    caught.to_html(folder / "stamp.html")

    with TemporaryDirectory() as out:
        pictures = list(honest.pictures.values())
        study = explainer.explain_all(pictures, Path(out) / "study")
        study.gallery().to_html(folder / "study.html")

    noise = np.random.default_rng(0).integers(0, 256, picture.shape, dtype=np.uint8)
    explainer.explain(noise).to_html(folder / "noise.html")
