"""White-box models: feature maps and gradients as arrays."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import LayerMaps, PreparedBatch
from gridexplainer_widget.core.errors import MethodError

Result = TypeVar("Result")

Asked: TypeAlias = "int | tuple[int, int]"
"""A class, or two: the first's score is held against the second's."""


@dataclass(frozen=True)
class Layer:
    """A layer whose output has spatial extent.

    Parameters
    ----------
    name : str
        With enclosing models: "resnet50/conv1_relu" in Keras, "layer4.1.conv2" in PyTorch; with the
        number of the call, from 1, where a layer is called several times: "relu#2".
    shape : (height, width, channels)
    place : float
        Position in the computation, 0 (first layer) to 1 (last).
    aliases : tuple of str
        Other layers that return the same output.
    repeated : tuple of str
        Names without the number of the call, thus ambiguous.
    parallel : bool
        The layer is also called beside this call, neither before nor after, as on a mirrored
        picture: its maps may lie elsewhere than they seem to.
    """

    name: str
    shape: tuple[int, int, int]
    place: float
    aliases: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    parallel: bool = False


@dataclass(frozen=True)
class RandomisedCopy:
    """A copy of a model with weights randomised in `layer` and all layers after it.

    `forward` is as in `Classifier`.
    """

    layer: str
    forward: Any
    network: Network


class Network(Protocol):
    """A white-box model of any framework; its mode, weights and gradients stay unchanged.

    Batches are float32 (n, height, width, channels), preprocessed, as for `Classifier.forward`.
    Targets index probabilities: for a single sigmoid, 1 is its own class, 0 the other. Of two
    classes the score is the difference of their logits; where none can be reached, ln(p / p′), or,
    of classes that may be true at once, the difference of log-odds. Raises ValueError for an
    unknown layer, MethodError where no gradient reaches a layer or the batch.
    """

    @property
    def differentiated(self) -> str:
        """The score differentiated: "logit", or "log-odds" where no logit can be reached."""

    @property
    def pictures(self) -> int:
        """Number of pictures run through the model."""

    def layers(self, batch: PreparedBatch) -> tuple[Layer, ...]:
        """List layers with more than one output pixel in order of computation, without dropout.

        Of layers that return the same tensor, list the innermost one that is called once; if none
        is, the call.
        """

    def scores(self, batch: PreparedBatch, target: Asked) -> NDArray[np.float32]:
        """Return the target's score (see `differentiated`): (n,)."""

    def maps(self, batch: PreparedBatch, layers: Sequence[str]) -> list[LayerMaps]:
        """Return each layer's feature maps."""

    def map_gradients(
        self, batch: PreparedBatch, target: Asked, layers: Sequence[str]
    ) -> list[tuple[LayerMaps, LayerMaps]]:
        """Return each layer's feature maps, and the gradient of the target's score in them."""

    def gradients(
        self, batch: PreparedBatch, target: Asked, *, guided: bool = False
    ) -> PreparedBatch:
        """Return the gradient of the target's score in the batch.

        With `guided`, each ReLU passes only positive gradients back (J. T. Springenberg et al.,
        "Striving for Simplicity: The All Convolutional Net", 2015). Raises MethodError if there is
        no ReLU, one that cannot be overridden, or another rectifier.
        """

    def head(self, batch: PreparedBatch) -> tuple[str, NDArray[np.float32]]:
        """Return the layer before global average pooling, and the final dense weights.

        They are float32 (channels, outputs). Raises MethodError if the network does not end so.
        """

    def score_model(self, batch: PreparedBatch, target: Asked) -> tuple[Any, Any]:
        """Return the target's score as a framework model, and the batch as its input.

        For libraries such as SHAP: preprocessed (n, height, width, channels) → score (n, 1). Calls
        need not count in `pictures`.
        """

    def with_gradients(self, call: Callable[[], Result]) -> Result:
        """Call a library that differentiates a score model, in the mode it needs."""

    def randomised_copies(self, seed: int) -> Iterator[RandomisedCopy]:
        """Randomise copies from the last layer with weights to the first, one more in each.

        J. Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018: cascading randomisation.
        Raises MethodError if the model cannot be copied.
        """


def refuse_several(model: str, pictures: int, layers: Collection[int]) -> None:
    """Check how many pictures a model makes of each.

    Raises
    ------
    MethodError
        No layer with weights has as many maps (`layers`) as there are pictures.
    """
    if layers and pictures not in layers:
        raise MethodError(
            f"{model} runs its layers on {max(layers) // pictures} pictures for each one that it "
            "is given, as on a mirror image or on crops, so that no map is of the picture alone. "
            "Give the model that is run on each of them, or choose a method that needs no layers."
        )
