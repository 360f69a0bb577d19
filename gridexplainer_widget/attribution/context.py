"""A method's access to a picture, a class, the model and its options."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.network import Asked, Layer, Network
from gridexplainer_widget.core.arrays import LayerMaps, Map, Pixels, PreparedBatch, Probabilities
from gridexplainer_widget.core.errors import MethodError
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.progress import Progress
from gridexplainer_widget.core.scores import Answers, Score, drops_of
from gridexplainer_widget.inference.run import Run

from .attribution import Attribution, Cost, mean_of_cells, over_pixels, sum_of_cells
from .layers import (
    combine_maps,
    early_layer_notes,
    find_layer,
    last_layer,
    parallel_layer_notes,
    zero_map_notes,
)
from .options import MethodOptions

Result = TypeVar("Result")

Steps: TypeAlias = "Generator[Progress, None, Attribution]"
"""A method at work: yields (done, total), returns its map."""

BLACK_BOX = (
    "{method} looks inside the model, and {model} is a black box. Give a Keras model on "
    "TensorFlow or a PyTorch module, or choose a black-box method{methods}."
)

LOG_ODDS_NOTE = (
    "The logit cannot be reached inside this model, so what is looked at is the log-odds, "
    "ln(p / (1 − p)), of the probability that it returns."
)

LOG_RATIO_NOTE = (
    "The logits cannot be reached inside this model, so what is looked at is the difference of two "
    "logarithms of the probabilities that it returns."
)


@dataclass
class MethodContext:
    """A method's input and access to the model; counts forward and backward passes.

    Parameters
    ----------
    run
        With its baseline scored.
    black_box_methods
        Suggested where a white-box model is needed.
    contrast
        The class that the target is held against; `score` is then log-odds.
    """

    method: str
    run: Run
    target: int
    score: Score
    seed: int = 0
    options: MethodOptions = field(default_factory=MethodOptions)
    black_box_methods: tuple[str, ...] = ()
    forward: int = field(default=0, init=False)
    backward: int = field(default=0, init=False)
    contrast: int | None = None

    @property
    def asked(self) -> Asked:
        """The target, or that and its contrast, as networks take it."""
        return self.target if self.contrast is None else (self.target, self.contrast)

    @property
    def grid(self) -> Grid:
        """The run's grid."""
        return self.run.grid

    @property
    def model_name(self) -> str:
        """The classifier's name."""
        return self.run.classifier.name

    @cached_property
    def batch(self) -> PreparedBatch:
        """The preprocessed picture: (1, height, width, channels)."""
        return self.preprocess(self.run.masker.pixels[np.newaxis])

    def preprocess(self, pixels: Pixels) -> PreparedBatch:
        """Preprocess pictures in 0..255; MethodError if this changes height, width or channels."""
        preprocessing = self.run.classifier.preprocessing
        batch = preprocessing(pixels)
        count, height, width, channels = pixels.shape
        if batch.shape not in {pixels.shape, (count, channels, height, width)}:
            raise MethodError(
                f"{self.method} needs the network's pixels to lie where the picture's are, and "
                f"the preprocessing ({preprocessing.description}) makes {batch.shape[1:]} of "
                f"{pixels.shape[1:]}. Let it keep height, width and channels."
            )
        if batch.shape == pixels.shape:
            return batch
        return np.ascontiguousarray(np.moveaxis(batch, 1, -1))  # a network takes channels last

    @cached_property
    def network(self) -> Network:
        """The white-box model; a black box raises MethodError."""
        classifier = self.run.classifier
        if classifier.open_network is None or classifier.output is None:
            methods = f": {', '.join(self.black_box_methods)}" if self.black_box_methods else ""
            message = BLACK_BOX.format(method=self.method, model=self.model_name, methods=methods)
            raise MethodError(message)
        with classifier.lock:  # opening one may run the model
            return classifier.open_network(classifier.output)

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The layers named in the options, by default the last.

        Raises
        ------
        MethodError
            No layer has spatial extent, or the last is one of several calls beside each other.
        ValueError
            No layer has a given name.
        """
        layers = self.on_network(lambda net: net.layers(self.batch))
        if not layers or not self.options.layer:
            return (last_layer(layers, self.model_name, self.method),)
        return tuple(find_layer(name, layers, self.model_name) for name in self.options.layer)

    def on_network(self, call: Callable[[Network], Result]) -> Result:
        """Call under the model's lock, and count forward passes."""
        network = self.network
        with self.run.classifier.lock:
            before = network.pictures
            try:
                return call(network)
            finally:
                self.forward += network.pictures - before

    def scores(self, batch: PreparedBatch) -> NDArray[np.float32]:
        """Return the target's logits, or log-odds if no logit can be reached."""
        return self.on_network(lambda net: net.scores(batch, self.asked))

    def head(self) -> tuple[str, NDArray[np.float32]]:
        """Return the layer before global average pooling, and the weights after it."""
        return self.on_network(lambda net: net.head(self.batch))

    def maps(self, layers: Sequence[str] | None = None) -> list[LayerMaps]:
        """Return the maps of the chosen layers, or of the named ones."""
        names = [layer.name for layer in self.layers] if layers is None else layers
        return self.on_network(lambda net: net.maps(self.batch, names))

    def map_gradients(self) -> list[tuple[LayerMaps, LayerMaps]]:
        """Return the chosen layers' maps, and the score's gradients by each."""
        names = [layer.name for layer in self.layers]
        self.backward += 1
        return self.on_network(lambda net: net.map_gradients(self.batch, self.asked, names))

    def gradients(
        self, batch: PreparedBatch | None = None, *, guided: bool = False
    ) -> PreparedBatch:
        """Return the score's gradient by the picture, or by each of a batch."""
        inputs = self.batch if batch is None else batch
        self.backward += len(inputs)
        return self.on_network(lambda net: net.gradients(inputs, self.asked, guided=guided))

    def drops(self, answers: Answers | Probabilities) -> NDArray[np.float32]:
        """Return drops of the target's score: (..., classes) → (...)."""
        if self.run.whole is None:
            raise RuntimeError("The whole picture has not been scored.")
        if not isinstance(answers, Answers):
            answers = Answers.without_logits(answers)
        output = str(self.run.classifier.output)
        what = self.target, self.score, output, self.contrast
        return drops_of(answers, self.run.whole, *what)

    @property
    def score_notes(self) -> tuple[str, ...]:
        """A note if gradients are of the log-odds."""
        if self.network.differentiated == "logit":
            return ()
        return (LOG_ODDS_NOTE if self.contrast is None else LOG_RATIO_NOTE,)

    def layer_attribution(
        self, maps: Sequence[Map], notes: Sequence[str] = (), names: Sequence[str] = ()
    ) -> Attribution:
        """Build an attribution from one map per layer."""
        pixels, derived = combine_maps(maps, self.grid.height, self.grid.width)
        used = () if names else self.layers
        layers = tuple(names) or tuple(layer.name for layer in used)
        chosen = names or self.options.layer
        warnings = () if chosen else early_layer_notes(self.layers)
        return self._attribution(
            native=maps[0] if len(maps) == 1 else pixels,
            resolution="layer" if len(maps) == 1 else "pixels",
            pixels=pixels,
            cells=mean_of_cells(pixels, self.grid),
            derived=f"pixels: {derived}; cells: their mean",
            layers=layers,
            notes=(
                *warnings,
                *parallel_layer_notes(used),
                *zero_map_notes(layers, maps, self.method),
                *notes,
            ),
        )

    def pixel_attribution(
        self, pixels: Map, notes: Sequence[str] = (), *, add: bool = False, **facts: Any
    ) -> Attribution:
        """Build an attribution from pixels; cells are means, or sums with `add`."""
        return self._attribution(
            native=pixels,
            resolution="pixels",
            pixels=pixels,
            cells=(sum_of_cells if add else mean_of_cells)(pixels, self.grid),
            derived=f"cells: {'sum' if add else 'mean'} of their pixels",
            notes=tuple(notes),
            **facts,
        )

    def cell_attribution(self, cells: Map, notes: Sequence[str] = (), **facts: Any) -> Attribution:
        """Build an attribution from cells."""
        cells = np.asarray(cells, np.float32).reshape(self.grid.shape)
        return self._attribution(
            native=cells,
            resolution="cells",
            pixels=over_pixels(cells, self.grid),
            cells=cells,
            derived="pixels: each has its cell's number",
            notes=tuple(notes),
            **facts,
        )

    def _attribution(self, **facts: Any) -> Attribution:
        facts = {
            name: np.array(value, np.float32) if isinstance(value, np.ndarray) else value
            for name, value in facts.items()
        }
        if not np.isfinite(facts["cells"]).all():
            raise MethodError(f"{self.method} gives NaN or infinity for {self.model_name}.")
        return Attribution(self.method, cost=Cost(self.forward, self.backward), **facts)


Method: TypeAlias = Callable[[MethodContext], Steps]
"""Raises MethodError if it cannot explain the model, ValueError if an option does not fit it,
ClassifierError if it returns NaN or infinity."""
