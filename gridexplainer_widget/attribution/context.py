"""What a method is asked: a picture, a class, a model that can be opened, and what it may cost."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.network import Layer, Network
from gridexplainer_widget.core.arrays import LayerMaps, Map, Pixels, PreparedBatch
from gridexplainer_widget.core.errors import MethodError
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.scores import Score, drops_of
from gridexplainer_widget.inference.run import Run

from .attribution import Attribution, Cost, mean_of_cells, over_pixels, sum_of_cells
from .layers import averaged, early, find_layer, silent

Answer = TypeVar("Answer")

Steps: TypeAlias = "Generator[tuple[int, int], None, Attribution]"
"""A method at work: yields how much is done and of how much; returns what it found."""

NEEDS_GRADIENTS = (
    "{method} looks inside the model, and {model} is a closed one: a model of Keras on TensorFlow "
    "or of PyTorch can be opened. What needs only answers: occlusion, rise, shap, lime."
)

NO_LOGIT = (
    "The logit cannot be reached inside this model, so what is looked at is the log-odds, "
    "ln(p / (1 − p)), of the probability that it returns."
)


@dataclass(frozen=True)
class MethodOptions:
    """What can be said about a method.

    Parameters
    ----------
    layer : tuple of str
        Names of layers; empty takes the last one with spatial extent.
    samples : int, optional
        Masks of RISE, perturbed pictures of LIME, evaluations of SHAP, samples of its gradients.
    channels : int, optional
        Of Score-CAM's layer, at most.
    background : array (n, height, width, channels) or sequence of pictures, optional
        What SHAP's gradients start from.
    """

    layer: tuple[str, ...] = ()
    samples: int | None = None
    channels: int | None = None
    background: Any = None

    @property
    def settings(self) -> dict[str, Any]:
        """What was said, for the record; a background is told by its number of pictures."""
        said = {"layer": list(self.layer), "samples": self.samples, "channels": self.channels}
        if self.background is not None:
            said["background"] = len(self.background)
        return {name: value for name, value in said.items() if value}


@dataclass
class MethodContext:
    """One picture, one class, and access to the model; counts what is asked of it.

    Parameters
    ----------
    method : str
    run : Run
        Of the picture under its grid and fill; its baseline is known.
    target : int
    score : {"probability", "log-odds"}
    seed : int
    options : Options
    """

    method: str
    run: Run
    target: int
    score: Score
    seed: int = 0
    options: MethodOptions = MethodOptions()
    forward: int = field(default=0, init=False)
    backward: int = field(default=0, init=False)

    @property
    def grid(self) -> Grid:
        """The grid."""
        return self.run.grid

    @property
    def model(self) -> str:
        """The classifier's name."""
        return self.run.classifier.name

    @cached_property
    def batch(self) -> PreparedBatch:
        """The picture as the network takes it: float32 (1, height, width, channels).

        Raises
        ------
        MethodError
            Its pixels are no longer those of the picture.
        """
        return self.prepared(self.run.masker.pixels[np.newaxis])

    def prepared(self, pixels: Pixels) -> PreparedBatch:
        """Preprocess (n, height, width, channels), and keep it in this order.

        Raises
        ------
        MethodError
            The pixels are no longer where they were.
        """
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
        """The model, opened up.

        Raises
        ------
        MethodError
            It cannot be.
        """
        classifier = self.run.classifier
        if classifier.open_network is None or classifier.output is None:
            raise MethodError(NEEDS_GRADIENTS.format(method=self.method, model=self.model))
        return classifier.open_network(classifier.output)

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that were named, or the last one with spatial extent.

        Raises
        ------
        MethodError
            There is none.
        ValueError
            There is none of such a name.
        """
        found = self.inside(lambda network: network.layers(self.batch))
        if not found:
            raise MethodError(
                f"{self.method} needs a layer with spatial extent, and {self.model} has none."
            )
        if not self.options.layer:
            return (found[-1],)
        return tuple(find_layer(name, found, self.model) for name in self.options.layer)

    def inside(self, ask: Callable[[Network], Answer]) -> Answer:
        """Ask the network something, nobody else at the same time; count the pictures."""
        network = self.network
        with self.run.classifier.lock:
            before = network.pictures
            try:
                return ask(network)
            finally:
                self.forward += network.pictures - before

    def scores(self, batch: PreparedBatch) -> NDArray[np.float32]:
        """Return the target's score, as gradients are taken of it: (n,)."""
        return self.inside(lambda network: network.scores(batch, self.target))

    def head(self) -> tuple[str, NDArray[np.float32]]:
        """Return the layer whose maps are averaged at the end, and the weights after it."""
        return self.inside(lambda network: network.head(self.batch))

    def maps(self, layers: Sequence[str] | None = None) -> list[LayerMaps]:
        """Return what the layers, or others by name, give for the picture: (1, h, w, channels)."""
        names = [layer.name for layer in self.layers] if layers is None else layers
        return self.inside(lambda network: network.maps(self.batch, names))

    def map_gradients(self) -> list[tuple[LayerMaps, LayerMaps]]:
        """Return what the layers give for the picture, and the gradients of the score by it."""
        names = [layer.name for layer in self.layers]
        self.backward += 1
        return self.inside(lambda network: network.map_gradients(self.batch, self.target, names))

    def gradients(
        self, batch: PreparedBatch | None = None, *, guided: bool = False
    ) -> PreparedBatch:
        """Return the gradient of the score by the picture, or by each of a batch."""
        asked = self.batch if batch is None else batch
        self.backward += len(asked)
        return self.inside(lambda network: network.gradients(asked, self.target, guided=guided))

    def drops(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Baseline minus hidden in the score that was asked for: (..., classes) → (...)."""
        if self.run.baseline is None:
            raise RuntimeError("The whole picture has not been scored.")
        output = str(self.run.classifier.output)
        return drops_of(vectors, self.run.baseline, self.target, self.score, output)

    @property
    def score_notes(self) -> tuple[str, ...]:
        """What to know of the score that is looked at inside the model, where there is anything."""
        return () if self.network.differentiated == "logit" else (NO_LOGIT,)

    def of_layers(
        self, maps: Sequence[Map], notes: Sequence[str] = (), names: Sequence[str] = ()
    ) -> Attribution:
        """Make an attribution of a map for each of the layers, or of others by name."""
        pixels, derived = averaged(maps, self.grid.height, self.grid.width)
        layers = tuple(names) or tuple(layer.name for layer in self.layers)
        chosen = names or self.options.layer
        warnings = () if chosen else early(self.layers)
        return self._found(
            native=maps[0] if len(maps) == 1 else pixels,
            resolution="layer" if len(maps) == 1 else "pixels",
            pixels=pixels,
            cells=mean_of_cells(pixels, self.grid),
            derived=f"pixels: {derived}; cells: their mean",
            layers=layers,
            notes=(*warnings, *silent(layers, maps, self.method), *notes),
        )

    def of_pixels(
        self, pixels: Map, notes: Sequence[str] = (), *, add: bool = False, **known: Any
    ) -> Attribution:
        """Make an attribution of a map of pixels; cells are their mean, or their sum."""
        return self._found(
            native=pixels,
            resolution="pixels",
            pixels=pixels,
            cells=(sum_of_cells if add else mean_of_cells)(pixels, self.grid),
            derived=f"cells: {'sum' if add else 'mean'} of their pixels",
            notes=tuple(notes),
            **known,
        )

    def of_cells(self, cells: Map, notes: Sequence[str] = (), **known: Any) -> Attribution:
        """Make an attribution of a map of cells; each pixel has its cell's number."""
        cells = np.asarray(cells, np.float32).reshape(self.grid.shape)
        return self._found(
            native=cells,
            resolution="cells",
            pixels=over_pixels(cells, self.grid),
            cells=cells,
            derived="pixels: each has its cell's number",
            notes=tuple(notes),
            **known,
        )

    def _found(self, **known: Any) -> Attribution:
        known = {
            name: np.array(value, np.float32) if isinstance(value, np.ndarray) else value
            for name, value in known.items()
        }
        if not np.isfinite(known["cells"]).all():
            raise MethodError(f"{self.method} gives NaN or infinity for {self.model}.")
        return Attribution(self.method, cost=Cost(self.forward, self.backward), **known)


Method: TypeAlias = Callable[[MethodContext], Steps]
