"""Small networks of which it is known what they look at: what is put into a picture decides.

Backgrounds and bystanders are drawn alike for every class, so that nothing else tells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

SIDE = 32
TRAINED_ON = 4000
ENOUGH_RIGHT = 0.97
MAX_ROUNDS = 8
"""Of five times all pictures each."""

Random = np.random.Generator
Picture = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Scene:
    """A picture, its class, and where the cause of the class is."""

    picture: Picture
    label: int
    cause: Mask


@dataclass(frozen=True)
class Cause:
    """What decides: its classes, and a function that puts the one of a class into a picture."""

    name: str
    classes: int
    put: Callable[[Picture, int, Random], Mask]


def textured(random: Random, side: int = SIDE) -> Picture:
    """Return coloured clouds and grain."""
    clouds = gaussian_filter(random.normal(size=(side, side, 3)), (side / 8, side / 8, 0))
    clouds = clouds / clouds.std() * random.uniform(15, 40) + random.uniform(70, 190, 3)
    return np.clip(clouds + random.normal(0, random.uniform(4, 20), clouds.shape), 0, 255)


def place(random: Random, side: int, free: Mask | None = None) -> Mask:
    """Return a square of pixels somewhere, outside of what is taken if possible."""
    for _ in range(50):
        mask = np.zeros((SIDE, SIDE), np.bool_)
        top, left = random.integers(0, SIDE - side + 1, 2)
        mask[top : top + side, left : left + side] = True
        if free is None or free[mask].all():
            break
    return mask


def disc(square: Mask) -> Mask:
    """Return the disc within a square."""
    rows, columns = np.nonzero(square)
    y, x = np.indices(square.shape)
    radius = (rows.max() - rows.min() + 1) / 2
    return (y - rows.mean()) ** 2 + (x - columns.mean()) ** 2 <= radius**2


def triangle(square: Mask) -> Mask:
    """Return the triangle within a square, its point up."""
    rows, columns = np.nonzero(square)
    y, x = np.indices(square.shape)
    return square & (2 * np.abs(x - columns.mean()) <= y - rows.min() + 1)


def bystanders(picture: Picture, taken: Mask, random: Random) -> None:
    """Draw textured discs and squares where nothing stands."""
    free = ~taken
    for _ in range(random.integers(2, 5)):
        square = place(random, int(random.integers(5, 9)), free)
        shape = (square if random.random() < 0.5 else disc(square)) & free
        rows, columns = np.nonzero(square)
        texture = textured(random, len(np.unique(rows)))
        picture[shape] = texture[
            (np.nonzero(shape)[0] - rows[0], np.nonzero(shape)[1] - columns[0])
        ]
        free &= ~square


def plain_box(picture: Picture, label: int, random: Random) -> Mask:
    """Put a box of one colour: red or not."""
    mask = place(random, int(random.integers(8, 12)))
    red, other = (random.uniform(170, 230), 30, 30), [(30, 60, 200), (40, 150, 60), (120, 120, 120)]
    picture[mask] = red if label else other[random.integers(3)]
    return mask


def stamp(picture: Picture, label: int, _: Random) -> Mask:
    """Put a small mark of black and white, or a grey one, into a corner."""
    mask = np.zeros((SIDE, SIDE), np.bool_)
    mask[25:31, 22:30] = True
    y, x = np.indices(mask.shape)
    bars = 255.0 * ((x + y // 3) % 2)
    picture[mask] = bars[mask][:, np.newaxis] if label else 127
    return mask


def plain_shape(picture: Picture, label: int, random: Random) -> Mask:
    """Put a shape of one colour: a square, a disc or a triangle."""
    square = place(random, int(random.integers(9, 13)))
    mask = (lambda shape: shape, disc, triangle)[label](square)
    picture[mask] = random.uniform(20, 235, 3)
    return mask


def stripes(picture: Picture, label: int, random: Random) -> Mask:
    """Put a patch of stripes, across or down."""
    mask = place(random, int(random.integers(8, 12)))
    phase = np.indices(mask.shape)[label] + random.integers(4)
    colors = random.uniform(20, 235, (2, 3))
    picture[mask] = colors[(phase // 2 % 2)[mask]]
    return mask


CAUSES = (
    Cause("a plain box", 2, plain_box),
    Cause("a stamp", 2, stamp),
    Cause("a plain shape", 3, plain_shape),
    Cause("stripes", 2, stripes),
)


def scenes(cause: Cause, count: int, random: Random) -> list[Scene]:
    """Draw pictures of all classes."""
    drawn = []
    for number in range(count):
        picture, label = textured(random), number % cause.classes
        mask = cause.put(picture, label, random)
        bystanders(picture, mask, random)
        drawn.append(Scene(np.rint(picture).astype(np.float32), label, mask))
    return drawn


def trained(cause: Cause, seed: int) -> Any:
    """Train a network on scenes until it is right; return it and its share of right answers."""
    import keras  # noqa: PLC0415 - slow to load

    keras.utils.set_random_seed(seed)
    random = np.random.default_rng(seed)
    layers = [keras.Input((SIDE, SIDE, 3)), keras.layers.Rescaling(1 / 127.5, -1)]
    for filters in (16, 32, 64):
        layers += [
            keras.layers.Conv2D(filters, 3, padding="same", use_bias=False),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
            keras.layers.MaxPooling2D(),
        ]
    layers += [
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(cause.classes, activation="softmax"),
    ]
    model = keras.Sequential(layers)
    model.compile(
        keras.optimizers.Adam(2e-3),
        keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    train, test = scenes(cause, TRAINED_ON, random), scenes(cause, 400, random)
    data = [
        (np.stack([scene.picture for scene in part]), np.array([scene.label for scene in part]))
        for part in (train, test)
    ]
    for _ in range(MAX_ROUNDS):
        model.fit(*data[0], batch_size=64, epochs=5, verbose=0)
        right = float(model.evaluate(*data[1], verbose=0)[1])
        if right >= ENOUGH_RIGHT:
            break
    return model, right
