"""A Keras model on TensorFlow, opened up."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.network import Answer, Layer, RandomisedCopy
from gridexplainer_widget.classifiers.outputs import OutputKind
from gridexplainer_widget.core.arrays import LayerMaps, PreparedBatch
from gridexplainer_widget.core.errors import MethodError

from .graph import Source, TracedModel
from .guided import guided_gradient, guided_graph
from .head import find_head
from .randomise import check_all_read, randomise, substitutes, weighted_layers


class KerasNetwork:
    """A model of Keras 3 on TensorFlow or of tf_keras, as :class:`~.network.Network` says.

    Nothing is traced before something is asked.

    Parameters
    ----------
    source : Source
        The model, and how a batch is handed to it.
    output : OutputKind
        What it returns.
    replaced : sequence of pairs
        Variables of the model, and those that are read in their place.
    """

    def __init__(
        self, source: Source, output: OutputKind, replaced: Sequence[tuple[Any, Any]] = ()
    ) -> None:
        self._source, self._output, self._replaced = source, output, replaced
        self._for_shap: dict[tuple[int, tuple[int, ...]], Any] = {}

    @cached_property
    def _graph(self) -> TracedModel:
        return TracedModel(self._source, self._output, self._replaced)

    @cached_property
    def _guided(self) -> TracedModel:
        return guided_graph(self._graph)

    @property
    def differentiated(self) -> str:
        """The score that gradients are of: "logit", or "log-odds" where no logit can be reached."""
        return "log-odds" if self._graph.linear is None else "logit"

    @property
    def pictures(self) -> int:
        """How many pictures the model was asked about through this network."""
        graphs = (vars(self).get(name) for name in ("_graph", "_guided"))
        return sum(graph.pictures for graph in graphs if graph is not None)

    def layers(self, batch: PreparedBatch) -> tuple[Layer, ...]:
        """Layers with more than one pixel of output, in the order in which they are computed.

        Those of an attention layer, which have no pixels, are left out.
        """
        graph = self._graph
        shapes = graph.asked("shapes", graph.shapes)(batch)
        return tuple(
            Layer(name, (height, width, channels), place, tuple(graph.aliases.get(name, ())))
            for name, (_, place) in graph.maps.items()
            for count, height, width, channels in [shapes[name].astype(int).tolist()]
            if count == len(batch) and height * width > 1
        )

    def scores(self, batch: PreparedBatch, target: int) -> NDArray[np.float32]:
        """Return the target's score, the one that is `differentiated`: (n,)."""
        return self._array(self._graph.asked("scores", lambda: self._graph.scores)(batch, target))

    def maps(self, batch: PreparedBatch, layers: Sequence[str]) -> list[LayerMaps]:
        """Return what each layer gives.

        Raises
        ------
        ValueError
            There is no such layer.
        """
        tensors = self._tensors(layers)
        return list(self._graph.asked(("maps", *layers), lambda: tensors)(batch))

    def map_gradients(
        self, batch: PreparedBatch, target: int, layers: Sequence[str]
    ) -> list[tuple[LayerMaps, LayerMaps]]:
        """Return what each layer gives, and the gradient of the target's score by it.

        Raises
        ------
        ValueError
            There is no such layer.
        MethodError
            No gradient reaches it.
        """
        tensors = self._tensors(layers)
        maps, gradients = self._graph.asked(
            ("gradients", *layers), lambda: (tensors, self._graph.gradients(tensors))
        )(batch, target)
        return list(zip(maps, gradients, strict=True))

    def gradients(
        self, batch: PreparedBatch, target: int, *, guided: bool = False
    ) -> PreparedBatch:
        """Return the gradient of the target's score by the batch.

        With `guided`, each ReLU lets only positive gradients pass back (J. T. Springenberg et
        al., "Striving for Simplicity: The All Convolutional Net", 2015), ReLU6 included. Smooth
        activations beside them keep their gradients.

        Raises
        ------
        MethodError
            No gradient reaches the batch; or `guided`, and there is no ReLU, or one that could
            not be overridden, or another rectifier.
        """
        if guided:
            graph = self._guided
            ask = graph.asked("guided", lambda: guided_gradient(graph))
        else:
            ask = self._plain()
        return self._array(ask(batch, target))

    def _plain(self) -> Any:
        graph = self._graph
        return graph.asked("gradient", lambda: graph.gradients([graph.batch])[0])

    def head(self, batch: PreparedBatch) -> tuple[str, NDArray[np.float32]]:
        """Return the layer ahead of global average pooling, and the weights of the dense one after.

        Returns
        -------
        str, float32 array (channels, outputs)
            Outputs as the model has them: one for a single sigmoid.

        Raises
        ------
        MethodError
            The network does not end so.
        """
        return find_head(self._graph, self.layers(batch), batch)

    def for_shap(self, batch: PreparedBatch, target: int) -> tuple[Any, Any]:
        """Return what `shap.GradientExplainer` takes: a model, and a batch as that model takes it.

        The model takes (n, height, width, channels), preprocessed, and returns the target's
        score, the one that is `differentiated`: (n, 1).

        Raises
        ------
        MethodError
            No gradient reaches the batch.
        """
        key = (target, batch.shape[1:])
        if key not in self._for_shap:
            self._for_shap[key] = self._scored(*key)
        return self._for_shap[key], self._graph.to_tensor(batch)

    def with_shap(self, call: Callable[[], Answer]) -> Answer:
        """Call SHAP without TensorFlow's warnings that each of its explainers is traced anew."""
        log = logging.getLogger("tensorflow")
        log.addFilter(_expected)
        try:
            return call()
        finally:
            log.removeFilter(_expected)

    def _scored(self, target: int, shape: tuple[int, ...]) -> Any:
        graph, tf = self._graph, self._graph.tf
        both = ("score and gradient", lambda: (graph.scores, *graph.gradients([graph.batch])))
        graph.asked(*both)

        def column(taken: Any) -> Any:
            # TensorFlow cannot differentiate every part of a graph. So it is given the score as
            # a constant and, times what is 0, the gradient as its slope.
            still = tf.stop_gradient(taken)
            score, slope = graph.function(both[0])(still, tf.constant(target))
            rise = tf.reduce_sum((taken - still) * slope, axis=(1, 2, 3))
            return (score + rise)[:, tf.newaxis]

        pixels = tf.keras.layers.Input(shape, dtype="float32")
        asked = tf.keras.layers.Lambda(column, output_shape=(1,), dtype="float32")
        # A list, since a list is what SHAP will call it with; of tf.keras, which SHAP looks for.
        return tf.keras.Model([pixels], asked(pixels))

    def randomised(self, seed: int) -> Iterator[RandomisedCopy]:
        """Randomise copies of the weights from the last layer with a kernel down to the first.

        Each array of weights is drawn from a normal distribution of its own mean and deviation.
        What batch normalisation has learned stays. A network is valid until the next is asked
        for: J. Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, the cascading
        randomisation.

        Raises
        ------
        MethodError
            The model cannot be copied.
        """
        if "tf_keras" in {
            cls.__module__.partition(".")[0] for cls in type(self._source.model).__mro__
        }:
            raise MethodError(
                f"{self._source.model.name} is a model of tf_keras, which cannot be run with other "
                "weights than its own. Load it with Keras 3."
            )
        layers = weighted_layers(self._graph)
        copies = substitutes(self._graph, layers)
        network = KerasNetwork(self._source, self._output, copies)
        check_all_read(network._graph)
        graph = network._graph
        forward = graph.asked("answer", lambda: graph.answer)
        rng, copy_of = np.random.default_rng(seed), {id(own): copy for own, copy in copies}
        for name, weights in reversed(layers):
            for weight in weights:
                randomise(copy_of[id(weight)], rng)
            yield RandomisedCopy(name, forward, network)

    def _tensors(self, layers: Sequence[str]) -> list[Any]:
        known = self._graph.maps
        for name in layers:
            if name not in known:
                raise ValueError(
                    f"{self._source.model.name} has no layer {name!r} with maps. Wanted is one of "
                    f"{', '.join(map(repr, known))}."
                )
        return [known[name][0] for name in layers]

    def _array(self, values: Any) -> NDArray[np.float32]:
        return np.asarray(values, np.float32)


def _expected(record: logging.LogRecord) -> bool:
    """Tell whether a message is to be seen."""
    return "triggered tf.function retracing" not in record.getMessage()
