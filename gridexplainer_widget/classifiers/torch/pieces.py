"""A PyTorch module as a white box, in pieces where it takes batches of one size only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.network import Asked, Layer, RandomisedCopy
from gridexplainer_widget.classifiers.pieces import Pieces, in_working_pieces
from gridexplainer_widget.core.arrays import LayerMaps, PreparedBatch
from gridexplainer_widget.core.errors import MethodError

from .network import TorchNetwork


@dataclass(eq=False)
class NetworkInPieces(TorchNetwork):
    """A :class:`TorchNetwork` that splits batches once whole ones fail."""

    pieces: Pieces = field(default_factory=Pieces)

    def layers(self, batch: PreparedBatch) -> tuple[Layer, ...]:
        """See :class:`TorchNetwork`."""
        found: tuple[Layer, ...] = self.pieces.ask(super().layers, batch, _first)
        return found

    def scores(self, batch: PreparedBatch, target: Asked) -> NDArray[np.float32]:
        """See :class:`TorchNetwork`."""
        ask = super().scores
        scores: NDArray[np.float32] = self.pieces.ask(
            lambda piece: ask(piece, target), batch, joined
        )
        return scores

    def maps(self, batch: PreparedBatch, layers: Sequence[str]) -> list[LayerMaps]:
        """See :class:`TorchNetwork`."""
        ask = super().maps
        return list(self.pieces.ask(lambda piece: ask(piece, layers), batch, joined))

    def map_gradients(
        self, batch: PreparedBatch, target: Asked, layers: Sequence[str]
    ) -> list[tuple[LayerMaps, LayerMaps]]:
        """See :class:`TorchNetwork`."""
        ask = super().map_gradients
        return list(self.pieces.ask(lambda piece: ask(piece, target, layers), batch, joined))

    def gradients(
        self, batch: PreparedBatch, target: Asked, *, guided: bool = False
    ) -> PreparedBatch:
        """See :class:`TorchNetwork`."""
        ask = super().gradients
        gradients: PreparedBatch = self.pieces.ask(
            lambda piece: ask(piece, target, guided=guided), batch, joined
        )
        return gradients

    def head(self, batch: PreparedBatch) -> tuple[str, NDArray[np.float32]]:
        """See :class:`TorchNetwork`."""
        self.scores(np.repeat(batch[:1], 2, axis=0), 0)  # tells whether pieces are needed
        if self.pieces.size is not None:
            raise MethodError(
                f"CAM compares several pictures at once, and {self._scored.name} takes batches of "
                f"{self.pieces.size} only. Grad-CAM does without."
            )
        return super().head(batch)

    def score_model(self, batch: PreparedBatch, target: Asked) -> tuple[Any, Any]:
        """See :class:`TorchNetwork`."""
        self.scores(np.repeat(batch[:1], 2, axis=0), target)  # as for `head`
        return super().score_model(batch, target)

    def randomised_copies(self, seed: int) -> Iterator[RandomisedCopy]:
        """See :class:`TorchNetwork`."""
        for copy in super().randomised_copies(seed):
            module: Any = vars(copy.network)["module"]
            network = NetworkInPieces(module, self.output, self.shape, self.after, self.pieces)
            forward = in_working_pieces(copy.forward, self.pieces, self._scored.name)
            yield RandomisedCopy(copy.layer, forward, network)

    def _column(self, pictures: Any, target: Asked) -> Any:
        size, torch = self.pieces.size, self._scored.torch
        if size is None:
            return super()._column(pictures, target)
        ask = super()._column
        return torch.cat([ask(one.repeat(size, 1, 1, 1), target)[:1] for one in pictures.split(1)])


def joined(answers: Sequence[Any], size: int, count: int) -> Any:
    """Join arrays, or lists and tuples of them."""
    if isinstance(answers[0], (list, tuple)):
        return type(answers[0])(joined(parts, size, count) for parts in zip(*answers, strict=True))
    if any(len(part) != size for part in answers):
        raise MethodError(
            f"{len(answers[0])} maps or scores for {size} pictures: none is a picture's own."
        )
    return np.concatenate(answers)[:count]


def _first(answers: Sequence[Any], *_: int) -> Any:
    return answers[0]
