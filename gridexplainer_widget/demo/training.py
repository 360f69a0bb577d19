"""The network and its training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from .glyphs import LABELS
from .lessons import Lesson, hide, targets
from .render import SIDE

BATCH: Final = 64
# Filters and stride of each 3×3 convolution.
STAGES: Final = ((32, 2), (32, 1), (64, 2), (64, 1), (96, 2), (96, 1))


def network() -> Any:
    """Build a small convolutional network for RGB in 0..255."""
    picture = keras.Input((SIDE, SIDE, 3), name="picture")
    flow = layers.Rescaling(1 / 127.5, offset=-1)(picture)
    flow = _convolution(flow, 16, 5, 2)
    for filters, stride in STAGES:
        flow = _convolution(flow, filters, 3, stride)
    pooled = [layers.GlobalAveragePooling2D()(flow), layers.GlobalMaxPooling2D()(flow)]
    flow = layers.Dense(96, activation="relu")(layers.Concatenate()(pooled))
    answer = layers.Dense(len(LABELS), activation="softmax", name="answer")(flow)
    return keras.Model(picture, answer)


def _convolution(flow: Any, filters: int, side: int, stride: int) -> Any:
    flow = layers.Conv2D(filters, side, strides=stride, padding="same", use_bias=False)(flow)
    return layers.Activation("relu")(layers.BatchNormalization(momentum=0.98)(flow))


class Exercises(keras.utils.PyDataset):  # type: ignore[misc]  # keras ships no types
    """Shuffled batches of a lesson, mirrored and partly hidden anew each time."""

    def __init__(self, lesson: Lesson, seed: int) -> None:
        super().__init__()
        self.lesson = lesson
        self.seed = seed
        self.turn = 0
        self.order = np.arange(len(lesson.labels))
        self.on_epoch_begin()

    def __len__(self) -> int:
        return len(self.order) // BATCH

    def on_epoch_begin(self) -> None:
        """Shuffle."""
        self.order = np.random.default_rng((self.seed, self.turn)).permutation(len(self.order))
        self.turn += 1

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        rng = np.random.default_rng((self.seed, self.turn, index))
        chosen = self.order[BATCH * index : BATCH * (index + 1)]
        pictures = np.empty((BATCH, SIDE, SIDE, 3), np.float32)
        seen = np.empty((BATCH, 2), np.float32)
        for place, number in enumerate(chosen):
            picture, evidence = self.lesson.pictures[number], self.lesson.evidence[number]
            if rng.random() < 0.5:
                picture, evidence = picture[:, ::-1], evidence[..., ::-1]
            pictures[place], hidden = hide(picture, rng)
            seen[place] = (evidence * ~hidden).sum(axis=(1, 2))
        return pictures, targets(self.lesson.labels[chosen], seen)


def train(lesson: Lesson, *, seed: int, epochs: int, say: Callable[[str], None]) -> Any:
    """Train a network; `say` takes one line per epoch."""
    keras.utils.set_random_seed(seed)
    model = network()
    steps = epochs * (len(lesson.labels) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps, warmup_target=3e-3, warmup_steps=steps // 20
    )
    model.compile(
        optimizer=keras.optimizers.AdamW(rate, weight_decay=1e-4),
        loss="categorical_crossentropy",
        metrics=["kl_divergence"],
    )
    report = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: say(f"epoch {epoch + 1}: {logs['kl_divergence']:.4f}")
    )
    model.fit(Exercises(lesson, seed), epochs=epochs, verbose=0, callbacks=[report])
    return model
