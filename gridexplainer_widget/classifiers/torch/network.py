"""Layers and gradients of a PyTorch module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.classifier import Shape
from gridexplainer_widget.classifiers.network import (
    Asked,
    Layer,
    RandomisedCopy,
    Result,
    refuse_several,
)
from gridexplainer_widget.classifiers.outputs import OutputKind
from gridexplainer_widget.core.arrays import LayerMaps, PreparedBatch
from gridexplainer_widget.core.errors import MethodError

from .autograd import between, override_relus
from .calls import as_returned, channels_first
from .gradients import ScoredModule
from .head import dense_head, features_of
from .layer_calls import captured, watched
from .layers import MapLayer, layers_of
from .logits import Scores
from .randomise import randomise_copy

DEFAULT_SIDE_PIXELS = 224
"""Side of the black picture for a module of any size."""


@dataclass(eq=False)
class TorchNetwork:
    """A PyTorch module as `Network`.

    Layers are modules that return one tensor with four axes: see :func:`~.layers.layers_of`.
    `shape` is that of the input, `after` post-processing of the raw output.
    """

    module: Any
    output: OutputKind
    shape: Shape
    after: Callable[[Any], Any] = as_returned
    _score: str | None = field(default=None, init=False, repr=False)
    _map_layers: dict[str, MapLayer] = field(default_factory=dict, init=False, repr=False)

    @property
    def differentiated(self) -> str:
        """The score differentiated: "logit" or "log-odds", found on a black picture if need be."""
        if self._score is None:
            height, width, channels = self.shape
            black = np.zeros(
                (1, height or DEFAULT_SIDE_PIXELS, width or DEFAULT_SIDE_PIXELS, channels),
                np.float32,
            )
            self.scores(black, 0)
        return str(self._score)

    @property
    def pictures(self) -> int:
        """Number of pictures run through the module."""
        return self._scored.pictures

    def layers(self, batch: PreparedBatch) -> tuple[Layer, ...]:
        """List layers with more than one output pixel; raise MethodError if they cannot be seen."""
        scored = self._scored

        def ask() -> tuple[Any, Any]:
            leaf = scored.leaf(batch)
            return leaf, self._scores(leaf).values

        (leaf, values), calls = scored.call(
            lambda: watched(self.module, scored.torch, ask), gradients=True
        )
        if not calls.times:
            raise MethodError(
                f"{scored.name} runs as one piece, as ScriptModules and exported programs do: its "
                "layers cannot be seen. Give the torch.nn.Module that it was made of."
            )
        found = layers_of(calls, batch.shape, between(leaf, values.grad_fn))
        refuse_several(scored.name, len(batch), calls.batch_sizes)
        self._map_layers.update({one.layer.name: one for one in found})
        return tuple(one.layer for one in found)

    def scores(self, batch: PreparedBatch, target: Asked) -> NDArray[np.float32]:
        """Return the target's score: (n,)."""
        scored = self._scored
        ask = lambda: self._scores(scored.leaf(batch)).of(target)  # noqa: E731 - as short as can be
        return _array(scored.call(ask, gradients=False))

    def maps(self, batch: PreparedBatch, layers: Sequence[str]) -> list[LayerMaps]:
        """Return feature maps: float32 (n, height, width, channels)."""
        found = self._named(batch, layers)
        made_by = [one.made_by for one in found]
        scored = self._scored

        def ask() -> tuple[Scores, list[Any]]:
            return captured(self.module, made_by, lambda: self._scores(scored.leaf(batch)))

        _, kept = scored.call(ask, gradients=False)
        return [
            _maps(tensor, channels_last=one.channels_last)
            for one, tensor in zip(found, kept, strict=True)
        ]

    def map_gradients(
        self, batch: PreparedBatch, target: Asked, layers: Sequence[str]
    ) -> list[tuple[LayerMaps, LayerMaps]]:
        """Return feature maps and their gradients."""
        found = self._named(batch, layers)
        made_by = [one.made_by for one in found]
        scored = self._scored

        def ask() -> list[tuple[Any, Any]]:
            leaf = scored.leaf(batch)
            scores, tensors = captured(self.module, made_by, lambda: self._scores(leaf))
            return list(zip(tensors, scored.gradients(scores, target, tensors), strict=True))

        return [
            (
                _maps(tensor, channels_last=one.channels_last),
                _maps(gradient, channels_last=one.channels_last),
            )
            for one, (tensor, gradient) in zip(found, scored.call(ask, gradients=True), strict=True)
        ]

    def gradients(
        self, batch: PreparedBatch, target: Asked, *, guided: bool = False
    ) -> PreparedBatch:
        """Return the gradient of the target's score in the batch."""
        scored = self._scored

        def ask() -> Any:
            leaf = scored.leaf(batch)
            scores = self._scores(leaf)
            leading = between(leaf, scores.values.grad_fn) if guided else set()
            if leading:
                override_relus(leading, scored.name)
            return scored.gradients(scores, target, [leaf])[0]

        return _maps(scored.call(ask, gradients=True), channels_last=False)

    def head(self, batch: PreparedBatch) -> tuple[str, NDArray[np.float32]]:
        """Return the layer before global average pooling, and the final dense weights."""
        features = features_of(self._scored)
        names = [layer.name for layer in self.layers(batch) if layer.shape[2] in features]
        # Add noise: a plain map's mean is also its maximum.
        noise = np.random.default_rng(0).standard_normal(batch.shape)
        noisy = batch + (noise * (batch.std() or 1)).astype(np.float32)
        both = np.concatenate([batch, noisy])
        return dense_head(self._scored, both, self._named(batch, names))

    def score_model(self, batch: PreparedBatch, target: Asked) -> tuple[Any, Any]:
        """Return the target's score as a module, and the batch as its input."""
        torch = self._scored.torch

        def forward(_: Any, pictures: Any) -> Any:
            return self._column(pictures.permute(0, 3, 1, 2), target)[:, None].float()

        # Keep the user's module out: SHAP clears gradients and changes modes. The class is
        # made here, since PyTorch is imported late.
        model = type("ScoreModel", (torch.nn.Module,), {"forward": forward})
        return model(), self.with_gradients(lambda: torch.from_numpy(np.array(batch, np.float32)))

    def _column(self, pictures: Any, target: Asked) -> Any:
        return self._scores(pictures).of(target)

    def with_gradients(self, call: Callable[[], Result]) -> Result:
        """Call with gradients on, which SHAP leaves to the caller."""
        return self._scored.call(call, gradients=True)

    def randomised_copies(self, seed: int) -> Iterator[RandomisedCopy]:
        """Randomise a single copy: each result is valid until the next."""
        for layer, module in randomise_copy(self.module, seed):
            network = TorchNetwork(module, self.output, self.shape, self.after)
            yield RandomisedCopy(layer, channels_first(module, self.after), network)

    @cached_property
    def _scored(self) -> ScoredModule:
        return ScoredModule(self.module, self.output, self.after)

    def _scores(self, leaf: Any) -> Scores:
        scores = self._scored.scores(leaf)
        self._score = scores.differentiated
        return scores

    def _named(self, batch: PreparedBatch, names: Sequence[str]) -> list[MapLayer]:
        if not set(names) <= self._map_layers.keys():
            self.layers(batch[:1])
        unknown = [name for name in names if name not in self._map_layers]
        if unknown:
            raise ValueError(
                f"{unknown[0]!r} is no layer of {self._scored.name} with maps. Wanted is one of "
                f"{', '.join(map(repr, self._map_layers))}."
            )
        return [self._map_layers[name] for name in names]


def _array(tensor: Any) -> NDArray[np.float32]:
    array: NDArray[np.float32] = tensor.detach().float().cpu().numpy()
    return np.ascontiguousarray(array)


def _maps(tensor: Any, *, channels_last: bool) -> LayerMaps:
    return _array(tensor if channels_last else tensor.permute(0, 2, 3, 1))
