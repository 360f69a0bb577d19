"""Networks with random weights that are alive: what is hidden anywhere changes what they say."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

PARTS = {
    # Small, as in trained residual networks: where branches outweigh what they are added to, a
    # change anywhere grows from block to block, and so does float32's rounding.
    "gamma": lambda rng, shape: rng.uniform(0.2, 0.6, shape),
    "beta": lambda rng, shape: rng.normal(0, 0.2, shape),
    "bias": lambda rng, shape: rng.normal(0, 0.2, shape),
    "moving_mean": lambda rng, shape: rng.normal(0, 0.2, shape),
    "moving_variance": lambda rng, shape: rng.uniform(0.6, 1.5, shape),
}


def enliven(model: keras.Model, pictures: np.ndarray, seed: int = 0) -> keras.Model:
    """Give normalisations statistics, and let the last layer tell these pictures apart."""
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if hasattr(layer, "momentum"):  # statistics of what really comes, as after training
            layer.momentum = 0.0
    for variable in model.weights:
        make = PARTS.get(variable.path.rsplit("/", 1)[-1])
        if make is not None:
            variable.assign(make(rng, variable.shape).astype(np.float32))
    model(pictures, training=True)
    for variable in model.weights:
        if variable.path.endswith("moving_variance"):  # nothing faint is blown up, noise neither
            seen = np.asarray(variable)
            variable.assign(seen / 2 + seen.mean() / 2)
    last = [layer for layer in model.layers if getattr(layer, "kernel", None) is not None][-1]
    before = keras.Model(model.inputs, last.input)
    features = np.asarray(tf.function(before)(tf.constant(pictures)))
    features = features.reshape(-1, features.shape[-1])
    kernel = rng.normal(0, 1, last.kernel.shape)
    spread = (features - features.mean(axis=0)) @ kernel.reshape(features.shape[1], -1)
    kernel /= max(float(spread.std()), 1e-12)
    shift = features.mean(axis=0) @ kernel.reshape(features.shape[1], -1)
    last.kernel.assign(kernel.astype(np.float32))
    if last.bias is not None:
        last.bias.assign((-shift).astype(np.float32))
    return model


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Coarse random colours with some noise: uint8 (height, width, 3)."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0, 255, (height // 8 + 1, width // 8 + 1, 3))
    fine = coarse.repeat(8, 0).repeat(8, 1)[:height, :width] + rng.normal(0, 20, (height, width, 3))
    return np.clip(fine, 0, 255).astype(np.uint8)


def both(explainers: dict[str, Any], image: np.ndarray) -> dict[str, np.ndarray]:
    """Class vectors by each engine, the baseline first: (cells + 1, classes)."""
    found = {}
    for engine, explainer in explainers.items():
        run = explainer.start_run(image)
        list(run.steps())
        found[engine] = np.concatenate([run.baseline[np.newaxis], run.vectors])
    return found
