"""Draw, train, evaluate and write the demo's files.

Run ``python -m gridexplainer_widget.demo.make [honest|cheating]``, by default for both. It needs
TensorFlow, SciPy and Debian's package fonts-noto-color-emoji, and takes six to fifteen minutes each
on two CPU cores.

With fixed seeds and deterministic operations, two runs on one machine gave the same pictures bit
for bit, and a short training the same weights.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from PIL import Image

from gridexplainer_widget.core.files import write_file

from . import cheating, scenes
from .arrays import Rng
from .chosen import CHEATING, HONEST
from .demo import FOLDER
from .glyphs import LABELS, label_of
from .lessons import lesson
from .mark import MARK
from .measure import Classify, cheats, honesty, on_picture, others_right
from .portable import make_portable
from .render import Rendered, Scene, render
from .training import network, train

Evidence = Mapping[str, NDArray[np.float32]]
EXAMINED: Final = 2000


@dataclass(frozen=True)
class Course:
    """How to make one classifier.

    `number` counts training pictures; `chosen` are the packaged ones. Evaluation takes `seed` + 1.
    """

    seed: int
    number: int
    epochs: int
    scene: Callable[[Rng], Scene]
    evidence: Callable[[Rendered], Evidence]
    chosen: Mapping[str, Scene]
    examine: Callable[[Classify, Rng, int], dict[str, float]]


def _seen(rendered: Rendered) -> Evidence:
    return rendered.evidence


def _cheating_figures(classify: Classify, rng: Rng, number: int) -> dict[str, float]:
    right = {"others without stamp: right": others_right(classify, rng, number)}
    return right | cheats(classify, rng, number)


COURSES: Final = {
    "honest": Course(
        seed=1,
        number=14_000,
        epochs=16,
        scene=scenes.any_scene,
        evidence=_seen,
        chosen=HONEST,
        examine=honesty,
    ),
    "cheating": Course(
        seed=11,
        number=12_000,
        epochs=10,
        scene=cheating.scene,
        evidence=cheating.evidence,
        chosen=CHEATING,
        examine=_cheating_figures,
    ),
}


def main(names: list[str]) -> None:
    """Make the named demos, all by default."""
    wrong = [name for name in names if name not in COURSES]
    if wrong:
        raise SystemExit(f"unknown demo {wrong[0]!r}: want {' or '.join(COURSES)}")
    tf.config.experimental.enable_op_determinism()
    for name in names or COURSES:
        _write_pictures(name, COURSES[name].chosen)
        _make(name, COURSES[name])


def _make(name: str, course: Course) -> None:
    start = time.perf_counter()
    rng = np.random.default_rng(course.seed)
    drawn = (render(course.scene(rng)) for _ in range(course.number))
    pictures = lesson((each, course.evidence(each)) for each in drawn)
    print(f"{name}: drew {course.number} pictures in {time.perf_counter() - start:.0f} s")
    model = train(pictures, seed=course.seed, epochs=course.epochs, say=_say)
    print(f"{name}: drew and trained in {time.perf_counter() - start:.0f} s")
    _write_model(name, model)
    figures = course.examine(_classify(model), np.random.default_rng(course.seed + 1), EXAMINED)
    for title, figure in figures.items():
        print(f"{name}: {title}: {figure:.4f}")
    for title, scene in course.chosen.items():
        picture = render(scene)
        for label in picture.masks:
            if label != MARK:
                print(f"{name}: {title}: {on_picture(_classify(model), picture, label)}")


def _say(line: str) -> None:
    print(line, flush=True)


def _classify(model: Any) -> Classify:
    return lambda batch: np.asarray(model.predict_on_batch(batch))


def _write_model(name: str, trained: Any) -> None:
    # Without the optimizer's state, a third of the size.
    model = network()
    model.set_weights(trained.get_weights())
    with TemporaryDirectory() as folder:
        made = Path(folder) / f"{name}.keras"
        keras.saving.save_model(model, made)
        make_portable(made)
        write_file(FOLDER / made.name, made.read_bytes())


def _write_pictures(name: str, chosen: Mapping[str, Scene]) -> None:
    folder = FOLDER / "pictures" / name
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for title, scene in chosen.items():
        drawn = render(scene)
        file = title.replace(",", "").replace(" ", "-")
        write_file(folder / f"{file}.png", _png(Image.fromarray(drawn.picture)))
        write_file(folder / f"{file}.masks.png", _png(_indexed(drawn)))
        labels = (label_of(item.char) for item in scene.items)
        truth = [label for label in labels if label is not None]
        entries.append({"name": title, "file": file, "truth": truth, "masks": list(drawn.masks)})
    index = json.dumps({"labels": LABELS, "pictures": entries}, indent=1) + "\n"
    write_file(FOLDER / f"{name}.json", index.encode())


def _indexed(drawn: Rendered) -> Image.Image:
    places = np.zeros(drawn.picture.shape[:2], np.uint8)
    for place, mask in enumerate(drawn.masks.values(), start=1):
        places[mask] = place
    image = Image.fromarray(places)
    image.putpalette([0, 0, 0, 230, 120, 40, 60, 130, 220, 90, 180, 90])
    return image


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
