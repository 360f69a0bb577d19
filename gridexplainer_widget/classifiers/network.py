"""A model opened up: maps of its layers and gradients, as plain arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import LayerMaps, PreparedBatch

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Layer:
    """A layer whose output has spatial extent.

    Parameters
    ----------
    name : str
        As the framework has it, with those of the models it is nested in: "resnet50/conv1_relu"
        in Keras, "layer4.1.conv2" in PyTorch.
    shape : (height, width, channels)
        Of its output for one picture.
    place : float
        How far along the calculation it is: 0 for the first layer of all, 1 for the last.
    aliases : tuple of str
        Other layers that hand on the same output.
    repeated : tuple of str
        Others still, which are called several times, so that their names do not tell which output
        is meant.
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
        The layer that was randomised last; all that come after it are as well.
    forward : callable
        As `Classifier.forward`.
    network : Network
    """

    layer: str
    forward: Any
    network: Network


class Network(Protocol):
    """What the methods ask of a model of any framework.

    A batch is what `Classifier.forward` takes: float32 (n, height, width, channels),
    preprocessed. A target is a class as probabilities count them: of a single sigmoid, 0 is the
    other class and 1 its own. The model is left as it was, in mode, weights and gradients.
    """

    @property
    def differentiated(self) -> str:
        """The score that gradients are of: "logit", or "log-odds" where no logit can be reached."""

    @property
    def pictures(self) -> int:
        """How many pictures the model was asked about through this network."""

    def layers(self, batch: PreparedBatch) -> tuple[Layer, ...]:
        """Layers with more than one pixel of output, in the order in which they are computed.

        Where several hand on the same tensor, only the innermost that is called once counts.
        Dropout is left out.
        """

    def scores(self, batch: PreparedBatch, target: int) -> NDArray[np.float32]:
        """Return the target's score, the one that is `differentiated`: (n,)."""

    def maps(self, batch: PreparedBatch, layers: Sequence[str]) -> list[LayerMaps]:
        """Return what each layer gives."""

    def map_gradients(
        self, batch: PreparedBatch, target: int, layers: Sequence[str]
    ) -> list[tuple[LayerMaps, LayerMaps]]:
        """Return what each layer gives, and the gradient of the target's score by it."""

    def gradients(
        self, batch: PreparedBatch, target: int, *, guided: bool = False
    ) -> PreparedBatch:
        """Return the gradient of the target's score by the batch.

        With `guided`, each ReLU lets only positive gradients pass back (J. T. Springenberg et
        al., "Striving for Simplicity: The All Convolutional Net", 2015).

        Raises
        ------
        MethodError
            `guided`, and not every ReLU could be overridden.
        """

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

    def for_shap(self, batch: PreparedBatch, target: int) -> tuple[Any, Any]:
        """Return what `shap.GradientExplainer` takes: a model, and a batch as that model takes it.

        The model takes (n, height, width, channels), preprocessed, and returns the target's
        score, the one that is `differentiated`: (n, 1). One column, since SHAP differentiates
        every column that there is. What SHAP asks it need not be counted in `pictures`.
        """

    def with_shap(self, call: Callable[[], Answer]) -> Answer:
        """Call SHAP with what `for_shap` returned, in the mode that it needs."""

    def randomised(self, seed: int) -> Iterator[RandomisedCopy]:
        """Randomise copies of the model from its last layer with weights down to the first.

        Each has one more layer randomised than the one before: J. Adebayo et al., "Sanity Checks
        for Saliency Maps", NeurIPS 2018, the cascading randomisation.

        Raises
        ------
        MethodError
            The model cannot be copied.
        """
