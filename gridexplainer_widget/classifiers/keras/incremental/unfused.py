"""Run a TensorFlow function as written, without its operations fused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gridexplainer_widget.classifiers.imports import framework


def run_unfused(tf: Any, function: Callable[..., Any], inputs: Sequence[Any]) -> Any:
    """Call a concrete function with TensorFlow's remapper off.

    TensorFlow 2.21 with oneDNN fuses a convolution with a sum and an activation after it; then it
    takes a leaky ReLU's slope for 0.2, or reads memory that was freed, and the process dies. The
    engine's graphs, cut anywhere, invite both, and gain nothing (benchmarks/README.md).

    TensorFlow compiles a function anew for other options, so give it the same at each call. Only
    options of this thread change: the public setting is the process's.
    """
    context = framework("tensorflow.python.eager.context", "a Keras model", "tensorflow")
    state, before = context.context(), context.context().function_call_options
    state.function_call_options = context.FunctionCallOptions(config_proto=_unfused(tf, before))
    try:
        return function(*inputs)
    finally:
        state.function_call_options = before


def _unfused(tf: Any, options: Any) -> Any:
    config = tf.compat.v1.ConfigProto.FromString(options.config_proto_serialized)
    rewrites = config.graph_options.rewrite_options
    rewrites.remapping = type(rewrites).OFF
    return config
