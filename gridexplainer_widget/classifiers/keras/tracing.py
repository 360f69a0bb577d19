"""Trace a Keras model into a TensorFlow function."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from gridexplainer_widget.classifiers.network import Result

from .kept_tensors import with_attributes_kept
from .logits import with_logits
from .source import Source, is_tf_keras, tensorflow


def function_of(source: Source, shape: tuple[int | None, ...]) -> Any:
    """Trace a model for any number of pictures of a shape, or for its own if that fails.

    It also returns the logits of its last softmax or sigmoids: see :func:`~.logits.with_logits`.

    Raises
    ------
    Exception
        It cannot be traced; whatever its code raises.
    """
    tf = tensorflow()

    def traced(run: Callable[[Any], Any], count: int | None) -> Any:
        # Free batch axis: one trace also serves the last, shorter batch.
        signature = [tf.TensorSpec((count, *shape), source.dtype)]
        function = tf.function(
            lambda batch: with_logits(run(batch)), input_signature=signature, autograph=False
        )
        # A tf.function itself would warn of retracing from the fifth model on.
        return function.get_concrete_function()

    return first_traced(source, traced)


def first_traced(
    source: Source, trace: Callable[[Callable[[Any], Any], int | None], Result]
) -> Result:
    """Trace as it stands; where that fails, as `Model.predict` and the declared input have it.

    tf_keras translates Python's branches and loops on tensors by AutoGraph, and code may count the
    pictures of a batch. `trace` takes what to run, and the number of pictures (None: any).
    """
    return with_attributes_kept(source.model, lambda: _first_traced(source, trace))


def _first_traced(
    source: Source, trace: Callable[[Callable[[Any], Any], int | None], Result]
) -> Result:
    try:
        return trace(source.run, None)
    except Exception:
        translated = is_tf_keras(source.model)
        run = tensorflow().autograph.to_graph(source.run) if translated else source.run
        counts = [*([None] if translated else []), *([source.batch] if source.batch else [])]
        for count in counts:
            with suppress(Exception):  # the first error is raised
                return trace(run, count)
        raise
