"""Find global average pooling and a final dense layer in a Keras model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.network import Layer
from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import MethodError

from .layer_calls import Call
from .traced_model import TracedModel


def find_head(
    traced: TracedModel, layers: Sequence[Layer], batch: PreparedBatch
) -> tuple[str, NDArray[np.float32]]:
    """Return the pooled layer's name, and the dense weights (channels, outputs).

    Compare values on variants of the batch: the layer's mean maps equal the dense input, and that
    input times the weights equals the logits minus a bias.
    """
    dense = _dense(traced)
    if dense is not None:
        noise = np.random.default_rng(0).normal(batch.mean(), batch.std() + 1e-3, batch.shape)
        probe = np.concatenate([batch, -batch, noise.astype(np.float32)])
        taken, linear = traced.compiled("head", lambda: _ends(traced, dense))(probe)
        kernel = traced.compiled("kernel", lambda: _kernel(traced, dense), by_picture=False)(batch)
        if taken.shape[1] == len(kernel):
            bias = linear - taken @ kernel
            if np.abs(bias - bias[:1]).max() <= _tolerance(dense.inputs[0]) * np.abs(linear).max():
                names = [layer.name for layer in layers if layer.shape[2] == len(kernel)]
                means = traced.compiled(("means", *names), lambda: _means(traced, names))(probe)
                for name in reversed(names):
                    apart = np.abs(means[name] - taken).max()
                    if apart <= _tolerance(traced.maps[name].tensor) * np.abs(taken).max():
                        return name, kernel
    raise MethodError(
        "CAM needs a network that ends in global average pooling and one dense layer to the "
        f"logits, and {traced.source.model.name} does not. Grad-CAM needs neither."
    )


def _tolerance(tensor: Any) -> float:
    """Return a tensor's relative tolerance: maps may be half precision, but the dense layer not."""
    return 2e-2 if tensor.dtype.size < 4 else 1e-4


def _dense(traced: TracedModel) -> Call | None:
    """Find the final dense layer, or 1×1 convolution of one pixel."""
    if traced.linear is None:
        return None
    outputs = traced.answer.shape[-1]
    for call in reversed([call for call in traced.calls if traced.matters(call.output)]):
        shape = None if call.kernel is None else call.kernel.shape
        if shape is not None and shape.rank in {2, 4} and shape[-1] == outputs and call.inputs:
            return call if all(side == 1 for side in shape[:-2]) else None
    return None


def _ends(traced: TracedModel, dense: Call) -> tuple[Any, Any]:
    tf = traced.tf
    taken = tf.reshape(dense.inputs[0], (tf.shape(dense.inputs[0])[0], -1))
    return taken, traced.linear


def _kernel(traced: TracedModel, dense: Call) -> Any:
    return traced.tf.reshape(dense.kernel, dense.kernel.shape[-2:])


def _means(traced: TracedModel, layers: Sequence[str]) -> dict[str, Any]:
    tf = traced.tf
    return {
        name: tf.reduce_mean(tf.cast(traced.maps[name].tensor, tf.float32), axis=(1, 2))
        for name in layers
    }
