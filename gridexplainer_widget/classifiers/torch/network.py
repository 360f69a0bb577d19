"""A PyTorch module, opened up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.classifier import Shape
from gridexplainer_widget.classifiers.network import Layer, RandomisedCopy
from gridexplainer_widget.classifiers.outputs import OutputKind
from gridexplainer_widget.core.arrays import LayerMaps, PreparedBatch
from gridexplainer_widget.core.errors import MethodError

from .autograd import between, override_relus
from .calls import Answer, as_returned, channels_first
from .gradients import Opened
from .head import dense_head, features_of
from .layers import Found, captured, layers_of, watched
from .logits import Scores
from .randomise import randomised_copy

ANY_SIDE = 224
"""A side at which a module of any size is asked about a black picture."""


@dataclass(eq=False)
class TorchNetwork:
    """A PyTorch module, opened up: see :class:`~.network.Network`.

    Layers are modules that return one tensor of four dimensions: see
    :func:`~.torch_layers.layers_of`.

    Parameters
    ----------
    module : torch.nn.Module
    output : OutputKind
    shape : (height or None, width or None, channels)
        Of the picture that it takes.
    after : callable
        What is done to that which it returns.
    """

    module: Any
    output: OutputKind
    shape: Shape
    after: Callable[[Any], Any] = as_returned
    _score: str | None = field(default=None, init=False, repr=False)
    _found: dict[str, Found] = field(default_factory=dict, init=False, repr=False)

    @property
    def differentiated(self) -> str:
        """The score that gradients are of: "logit", or "log-odds" where no logit can be reached.

        Answers tell; a black picture is asked about where there was none yet.
        """
        if self._score is None:
            height, width, channels = self.shape
            black = np.zeros((1, height or ANY_SIDE, width or ANY_SIDE, channels), np.float32)
            self.scores(black, 0)
        return str(self._score)

    @property
    def pictures(self) -> int:
        """How many pictures the module was asked about through this network."""
        return self._opened.pictures

    def layers(self, batch: PreparedBatch) -> tuple[Layer, ...]:
        """Layers with more than one pixel of output, in the order in which they are computed.

        Raises
        ------
        MethodError
            The module runs as one piece.
        """
        opened = self._opened

        def ask() -> tuple[Any, Any]:
            leaf = opened.leaf(batch)
            return leaf, self._scores(leaf).values

        (leaf, values), calls = opened.call(
            lambda: watched(self.module, opened.torch, ask), gradients=True
        )
        if not calls.times:
            raise MethodError(
                f"{opened.name} runs as one piece, as ScriptModules and exported programs do: its "
                "layers cannot be seen. Give the torch.nn.Module that it was made of."
            )
        found = layers_of(calls, batch.shape, between(leaf, values.grad_fn))
        self._found.update({one.layer.name: one for one in found})
        return tuple(one.layer for one in found)

    def scores(self, batch: PreparedBatch, target: int) -> NDArray[np.float32]:
        """Return the target's score, the one that is `differentiated`: (n,)."""
        opened = self._opened
        ask = lambda: self._scores(opened.leaf(batch)).of(target)  # noqa: E731 - as short as can be
        return _array(opened.call(ask, gradients=False))

    def maps(self, batch: PreparedBatch, layers: Sequence[str]) -> list[LayerMaps]:
        """Return what each layer gives: float32 (n, height, width, channels)."""
        found = self._named(batch, layers)
        opened = self._opened

        def ask() -> tuple[Scores, dict[str, Any]]:
            return captured(self.module, layers, lambda: self._scores(opened.leaf(batch)))

        _, kept = opened.call(ask, gradients=False)
        return [_maps(kept[one.layer.name], last=one.last) for one in found]

    def map_gradients(
        self, batch: PreparedBatch, target: int, layers: Sequence[str]
    ) -> list[tuple[LayerMaps, LayerMaps]]:
        """Return what each layer gives, and the gradient of the target's score by it.

        Raises
        ------
        MethodError
            There is no gradient.
        """
        found = self._named(batch, layers)
        opened = self._opened

        def ask() -> list[tuple[Any, Any]]:
            scores, kept = captured(self.module, layers, lambda: self._scores(opened.leaf(batch)))
            tensors = [kept[one.layer.name] for one in found]
            return list(zip(tensors, opened.gradients(scores, target, tensors), strict=True))

        return [
            (_maps(tensor, last=one.last), _maps(gradient, last=one.last))
            for one, (tensor, gradient) in zip(found, opened.call(ask, gradients=True), strict=True)
        ]

    def gradients(
        self, batch: PreparedBatch, target: int, *, guided: bool = False
    ) -> PreparedBatch:
        """Return the gradient of the target's score by the batch.

        With `guided`, each ReLU lets only positive gradients pass back, however it was written:
        see :func:`~.torch_graph.override_relus`.

        Raises
        ------
        MethodError
            There is no gradient; or `guided`, and not every ReLU could be overridden, or there
            are activations of another kind.
        """
        opened = self._opened

        def ask() -> Any:
            leaf = opened.leaf(batch)
            scores = self._scores(leaf)
            leading = between(leaf, scores.values.grad_fn) if guided else set()
            if leading:
                override_relus(leading, opened.name)
            return opened.gradients(scores, target, [leaf])[0]

        return _maps(opened.call(ask, gradients=True), last=False)

    def head(self, batch: PreparedBatch) -> tuple[str, NDArray[np.float32]]:
        """Return the layer ahead of global average pooling, and the weights of the dense one after.

        It is not read off the code but seen in the numbers: see :func:`~.torch_head.dense_head`.

        Returns
        -------
        str, float32 array (channels, outputs)

        Raises
        ------
        MethodError
            The network does not end so.
        """
        features = features_of(self._opened)
        names = [layer.name for layer in self.layers(batch) if layer.shape[2] in features]
        # Noise as well: a map of one colour has a mean that is its maximum, too.
        noise = np.random.default_rng(0).standard_normal(batch.shape)
        noisy = batch + (noise * (batch.std() or 1)).astype(np.float32)
        both = np.concatenate([batch, noisy])
        return dense_head(self._opened, both, self._named(batch, names))

    def for_shap(self, batch: PreparedBatch, target: int) -> tuple[Any, Any]:
        """Return what `shap.GradientExplainer` takes: a module, and a tensor as it takes it.

        The module takes (n, height, width, channels), preprocessed, and returns (n, 1).
        """
        torch = self._opened.torch

        def forward(_: Any, pictures: Any) -> Any:
            return self._scores(pictures.permute(0, 3, 1, 2)).of(target)[:, None].float()

        # The module itself is no part of this one: SHAP clears gradients and changes modes. A class
        # by call, since PyTorch is imported no sooner.
        scored = type("Scored", (torch.nn.Module,), {"forward": forward})
        return scored(), self.with_shap(lambda: torch.from_numpy(np.array(batch, np.float32)))

    def with_shap(self, call: Callable[[], Answer]) -> Answer:
        """Call SHAP with gradients, which it does not switch on, whatever mode the caller is in."""
        return self._opened.call(call, gradients=True)

    def randomised(self, seed: int) -> Iterator[RandomisedCopy]:
        """Randomise a copy of the model from its last layer with weights down to the first.

        See :func:`~.torch_randomised.randomised_copy`. It is one copy, so what is yielded holds
        until the next.

        Raises
        ------
        MethodError
            The model cannot be copied, or has no weights.
        """
        for layer, module in randomised_copy(self.module, seed):
            network = TorchNetwork(module, self.output, self.shape, self.after)
            yield RandomisedCopy(layer, channels_first(module, self.after), network)

    @cached_property
    def _opened(self) -> Opened:
        return Opened(self.module, self.output, self.after)

    def _scores(self, leaf: Any) -> Scores:
        scores = self._opened.scores(leaf)
        self._score = scores.differentiated
        return scores

    def _named(self, batch: PreparedBatch, names: Sequence[str]) -> list[Found]:
        """Return the layers of these names; which there are is seen when the first is asked for."""
        if not set(names) <= self._found.keys():
            self.layers(batch[:1])
        unknown = [name for name in names if name not in self._found]
        if unknown:
            raise ValueError(
                f"{unknown[0]!r} is no layer of {self._opened.name} with maps. Wanted is one of "
                f"{', '.join(map(repr, self._found))}."
            )
        return [self._found[name] for name in names]


def _array(tensor: Any) -> NDArray[np.float32]:
    array: NDArray[np.float32] = tensor.detach().float().cpu().numpy()
    return np.ascontiguousarray(array)


def _maps(tensor: Any, *, last: bool) -> LayerMaps:
    return _array(tensor if last else tensor.permute(0, 2, 3, 1))
