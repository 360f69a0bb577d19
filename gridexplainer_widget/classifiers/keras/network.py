"""Layers and gradients of a Keras model on TensorFlow."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.network import (
    Asked,
    Layer,
    RandomisedCopy,
    Result,
    refuse_several,
)
from gridexplainer_widget.classifiers.outputs import OutputKind
from gridexplainer_widget.classifiers.pieces import Pieces
from gridexplainer_widget.core.arrays import LayerMaps, PreparedBatch
from gridexplainer_widget.core.errors import MethodError

from .guided import guided_gradient, guided_model
from .head import find_head
from .logits import pair_of
from .randomise import check_all_read, randomise, substitutes, weighted_layers
from .source import Source, is_tf_keras
from .traced_model import TracedModel

MAX_SCORE_MODELS = 4
"""Score models to keep: there is one for each target and size."""


class KerasNetwork:
    """A Keras 3 (TensorFlow) or tf_keras model, traced on first use; see `Network`.

    `pieces` and `replaced` are as in `TracedModel`.
    """

    def __init__(
        self,
        source: Source,
        output: OutputKind,
        pieces: Pieces,
        replaced: Sequence[tuple[Any, Any]] = (),
    ) -> None:
        self._source, self._output, self._pieces, self._replaced = source, output, pieces, replaced
        self._score_model = lru_cache(MAX_SCORE_MODELS)(self._make_score_model)

    @cached_property
    def _traced(self) -> TracedModel:
        try:
            return TracedModel(self._source, self._output, self._pieces, self._replaced)
        except MethodError:
            raise
        except Exception as error:
            raise MethodError(
                f"{self._source.model.name} cannot be traced into a TensorFlow graph, in which "
                f"layers and gradients are found: that fails with {type(error).__name__}. Choose "
                "a black-box method, such as occlusion."
            ) from error

    @cached_property
    def _guided(self) -> TracedModel:
        return guided_model(self._traced)

    @property
    def differentiated(self) -> str:
        """See :class:`Network`."""
        return "log-odds" if self._traced.linear is None else "logit"

    @property
    def pictures(self) -> int:
        """See :class:`Network`."""
        models = (vars(self).get(name) for name in ("_traced", "_guided"))  # traced so far
        return sum(traced.pictures for traced in models if traced is not None)

    def layers(self, batch: PreparedBatch) -> tuple[Layer, ...]:
        """See :class:`Network`; parts of attention layers have no pixels and are left out."""
        traced = self._traced
        shapes = traced.compiled("shapes", traced.shapes, by_picture=False)(batch)
        pictures = traced.pieces.size or len(batch)
        sizes = {name: shape.astype(int).tolist() for name, shape in shapes.items()}
        counts = {sizes[name][0] for name, found in traced.maps.items() if found.weighted}
        refuse_several(self._source.model.name, pictures, counts)
        return tuple(
            Layer(
                name,
                (height, width, channels),
                found.place,
                found.names[1:],
                found.repeated,
                found.parallel and not found.once,
            )
            for name, found in traced.maps.items()
            for count, height, width, channels in [sizes[name]]
            if count == pictures and height * width > 1
        )

    def scores(self, batch: PreparedBatch, target: Asked) -> NDArray[np.float32]:
        """See :class:`Network`."""
        return self._array(
            self._traced.compiled("scores", lambda: self._traced.scores)(batch, target)
        )

    def maps(self, batch: PreparedBatch, layers: Sequence[str]) -> list[LayerMaps]:
        """See :class:`Network`."""
        tensors = self._tensors(layers)
        return list(self._traced.compiled(("maps", *layers), lambda: tensors)(batch))

    def map_gradients(
        self, batch: PreparedBatch, target: Asked, layers: Sequence[str]
    ) -> list[tuple[LayerMaps, LayerMaps]]:
        """See :class:`Network`."""
        tensors = self._tensors(layers)
        maps, gradients = self._traced.compiled(
            ("gradients", *layers), lambda: (tensors, self._traced.gradients(tensors))
        )(batch, target)
        return list(zip(maps, gradients, strict=True))

    def gradients(
        self, batch: PreparedBatch, target: Asked, *, guided: bool = False
    ) -> PreparedBatch:
        """See :class:`Network`; ReLU6 counts as a ReLU, smooth activations keep their gradients."""
        if guided:
            traced = self._guided
            ask = traced.compiled("guided", lambda: guided_gradient(traced))
        else:
            ask = self._plain()
        return self._array(ask(batch, target))

    def _plain(self) -> Any:
        traced = self._traced
        return traced.compiled("gradient", lambda: traced.gradients([traced.batch])[0])

    def head(self, batch: PreparedBatch) -> tuple[str, NDArray[np.float32]]:
        """See :class:`Network`."""
        return find_head(self._traced, self.layers(batch), batch)

    def score_model(self, batch: PreparedBatch, target: Asked) -> tuple[Any, Any]:
        """See :class:`Network`; the output has one column, as SHAP differentiates each."""
        return self._score_model(target, batch.shape[1:]), self._traced.to_tensor(batch)

    def with_gradients(self, call: Callable[[], Result]) -> Result:
        """Suppress TensorFlow's retracing warnings, of which each SHAP explainer causes one."""
        log = logging.getLogger("tensorflow")
        log.addFilter(_is_no_retracing_warning)
        try:
            return call()
        finally:
            log.removeFilter(_is_no_retracing_warning)

    def _make_score_model(self, target: Asked, shape: tuple[int, ...]) -> Any:
        traced, tf = self._traced, self._traced.tf
        both = ("score and gradient", lambda: (traced.scores, *traced.gradients([traced.batch])))
        traced.compiled(*both)
        self.scores(np.zeros((2, *shape), np.float32), target)  # tells whether pieces are needed
        size, index = self._pieces.size, tf.constant(pair_of(target))
        function = traced.function(both[0])

        def part(pictures: Any) -> Any:
            return function(pictures, index)

        def alone(picture: Any) -> Any:
            return tf.nest.map_structure(
                lambda tensor: tensor[0], part(tf.repeat(picture[tf.newaxis], size, axis=0))
            )

        def column(taken: Any) -> Any:
            # TensorFlow cannot differentiate every part of a graph: return the score as a
            # constant, plus zero times the gradient as its slope.
            still = tf.stop_gradient(taken)
            value, slope = (
                part(still)
                if size is None
                else tf.map_fn(alone, still, fn_output_signature=(tf.float32, tf.float32))
            )
            rise = tf.reduce_sum((taken - still) * slope, axis=(1, 2, 3))
            return (value + rise)[:, tf.newaxis]

        pixels = tf.keras.layers.Input(shape, dtype="float32")
        score = tf.keras.layers.Lambda(column, output_shape=(1,), dtype="float32")
        # SHAP passes a list, and checks for a model of tf.keras.
        return tf.keras.Model([pixels], score(pixels))

    def randomised_copies(self, seed: int) -> Iterator[RandomisedCopy]:
        """See :class:`Network`; a copy is valid until the next one is made."""
        if is_tf_keras(self._source.model):
            raise MethodError(
                f"{self._source.model.name} is a model of tf_keras, which cannot run with other "
                "weights than its own. Load it with Keras 3."
            )
        layers = weighted_layers(self._traced)
        copies = substitutes(self._traced, layers)
        network = KerasNetwork(self._source, self._output, self._pieces, copies)
        traced = network._traced
        check_all_read(traced)
        forward = traced.compiled("answer", lambda: traced.answer)
        rng, copy_of = np.random.default_rng(seed), {id(own): copy for own, copy in copies}
        for name, weights in reversed(layers):
            for weight in weights:
                randomise(copy_of[id(weight)], rng)
            yield RandomisedCopy(name, forward, network)

    def _tensors(self, layers: Sequence[str]) -> list[Any]:
        known = self._traced.maps
        for name in layers:
            if name not in known:
                raise ValueError(
                    f"{self._source.model.name} has no layer {name!r} with maps. Wanted is one of "
                    f"{', '.join(map(repr, known))}."
                )
        return [known[name].tensor for name in layers]

    def _array(self, values: Any) -> NDArray[np.float32]:
        return np.asarray(values, np.float32)


def _is_no_retracing_warning(record: logging.LogRecord) -> bool:
    return "triggered tf.function retracing" not in record.getMessage()
