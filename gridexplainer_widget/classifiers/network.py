"""A white-box model: its layers' maps and gradients as plain arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import LayerMaps, PreparedBatch

Result = TypeVar("Result")
"""Of a call that is passed on."""


@dataclass(frozen=True)
class Layer:
    """A layer whose output has spatial extent.

    Parameters
    ----------
    name : str
        The framework's name with those of enclosing models: "resnet50/conv1_relu" in Keras,
        "layer4.1.conv2" in PyTorch.
    shape : (height, width, channels)
        Of its output for one picture.
    place : float
        Position in the calculation: 0 for the very first layer, 1 for the last.
    aliases : tuple of str
        Other layers that return the same output.
    repeated : tuple of str
        More of these, called several times, so that their names do not identify one output.
    """

    name: str
    shape: tuple[int, int, int]
    place: float
    aliases: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()


@dataclass(frozen=True)
class RandomisedCopy:
    """A copy of a model with some of its weights replaced by noise.

    Parameters
    ----------
    layer : str
        The layer that was randomised last; all layers after it are randomised, too.
    forward : callable
        As `Classifier.forward`.
    network : Network
    """

    layer: str
    forward: Any
    network: Network


class Network(Protocol):
    """A model of any framework, looked into.

    A batch is what `Classifier.forward` takes: float32 (n, height, width, channels),
    preprocessed. A target is a class as probabilities count them: of a single sigmoid, 0 is the
    other class and 1 its own. The model's mode, weights and gradients are left unchanged.
    """

    @property
    def differentiated(self) -> str:
        """The score that gradients are of: "logit", or "log-odds" where no logit can be reached."""

    @property
    def pictures(self) -> int:
        """How many pictures this network has run through the model."""

    def layers(self, batch: PreparedBatch) -> tuple[Layer, ...]:
        """Return layers with more than one pixel of output, in the order of computation.

        Of several that return the same tensor, only the innermost that is called once counts.
        Dropout is left out.
        """

    def scores(self, batch: PreparedBatch, target: int) -> NDArray[np.float32]:
        """Return the target's score as named by `differentiated`: (n,)."""

    def maps(self, batch: PreparedBatch, layers: Sequence[str]) -> list[LayerMaps]:
        """Return each layer's output.

        Raises
        ------
        ValueError
            There is no such layer.
        """

    def map_gradients(
        self, batch: PreparedBatch, target: int, layers: Sequence[str]
    ) -> list[tuple[LayerMaps, LayerMaps]]:
        """Return each layer's output, and the gradient of the target's score with respect to it.

        Raises
        ------
        ValueError
            There is no such layer.
        MethodError
            No gradient reaches it.
        """

    def gradients(
        self, batch: PreparedBatch, target: int, *, guided: bool = False
    ) -> PreparedBatch:
        """Return the gradient of the target's score with respect to the batch.

        With `guided`, each ReLU lets only positive gradients pass back (J. T. Springenberg et
        al., "Striving for Simplicity: The All Convolutional Net", 2015).

        Raises
        ------
        MethodError
            No gradient reaches the batch; or `guided`, and there is no ReLU, or one that could
            not be overridden, or another rectifier.
        """

    def head(self, batch: PreparedBatch) -> tuple[str, NDArray[np.float32]]:
        """Return the layer before global average pooling, and the weights of the dense layer after.

        Returns
        -------
        str, float32 array (channels, outputs)
            Outputs as the model has them: one for a single sigmoid.

        Raises
        ------
        MethodError
            The network does not end in these two.
        """

    def score_model(self, batch: PreparedBatch, target: int) -> tuple[Any, Any]:
        """Return the target's score as a model of the framework, and a batch as that model takes.

        It is for libraries that differentiate by themselves, such as SHAP. It takes (n, height,
        width, channels), preprocessed, and returns the score named by `differentiated`: (n, 1).
        Its calls need not count in `pictures`.

        Raises
        ------
        MethodError
            No gradient reaches the batch.
        """

    def with_gradients(self, call: Callable[[], Result]) -> Result:
        """Call a library that differentiates a score model, in the mode that it needs."""

    def randomised_copies(self, seed: int) -> Iterator[RandomisedCopy]:
        """Randomise copies of the model, from the last layer with weights down to the first.

        Each has one more layer randomised than the one before: J. Adebayo et al., "Sanity Checks
        for Saliency Maps", NeurIPS 2018, the cascading randomisation.

        Raises
        ------
        MethodError
            The model cannot be copied.
        """
