"""Read a zero-shot pipeline of Hugging Face: its candidate labels are the classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from gridexplainer_widget.classifiers.classifier import Classifier, Overrides
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.labels import Labels
from gridexplainer_widget.classifiers.model_lock import lock_of
from gridexplainer_widget.classifiers.outputs import OutputKind
from gridexplainer_widget.classifiers.torch.calls import evaluated, switched
from gridexplainer_widget.core.shown import quoted

from .huggingface_input import with_input
from .torch import torch_classifier

TASK: Final = "zero-shot-image-classification"

CLOSE: Final = 1e-4
"""Of logits, relative to the largest: how near the texts' embeddings must lead to the model's."""


def zero_shot_classifier(pipe: Any, overrides: Overrides) -> Classifier:
    """Wrap a pipeline; what it makes of the labels is read once.

    Raises
    ------
    ValueError
        No labels are given, here or in the pipeline.
    """
    labels = _candidates(pipe, overrides.labels)
    model = pipe.model
    stated = with_input(model, pipe.image_processor, overrides)
    independent = "siglip" in model.config.model_type  # as the pipeline tells them apart
    usual: OutputKind = "multilabel-logits" if independent else "logits"
    stated = replace(stated, labels=labels, output=overrides.output or usual)
    with lock_of(model):
        module = _module(pipe, labels)
    return replace(
        torch_classifier(module, stated),
        name=Path(model.config.name_or_path).name or type(model).__name__,
        reread=partial(zero_shot_classifier, pipe, overrides),
    )


def _candidates(pipe: Any, given: Labels | None) -> tuple[str, ...]:
    told = given if given is not None else _settings(pipe).get("candidate_labels")
    if not told or not isinstance(told, Sequence) or isinstance(told, str):
        raise ValueError(
            "A zero-shot pipeline has no classes of its own: name its candidates in order, such as "
            f'labels=["a cat", "a dog"]{f", not {quoted(told)}" if told else ""}.'
        )
    return tuple(told)


def _settings(pipe: Any) -> dict[str, Any]:
    """Return what the pipeline was made with, such as its hypothesis template."""
    return dict(getattr(pipe, "_preprocess_params", {}))


def _module(pipe: Any, labels: Sequence[str]) -> Any:
    """Make a module of the pipeline's model: pixels → a logit for each label.

    The texts are embedded once where that leads to the model's own numbers, and given to the
    model with each batch otherwise.
    """
    torch = framework("torch", "A zero-shot pipeline", "gridexplainer-widget[torch]")
    plain = Image.fromarray(np.full((8, 8, 3), 127, np.uint8))
    given = pipe.preprocess(plain, **{**_settings(pipe), "candidate_labels": list(labels)})
    texts = given["text_inputs"][0].to(pipe.device)
    pixels = given["pixel_values"].to(pipe.device)
    pixels = torch.rand(pixels.shape, generator=torch.Generator().manual_seed(0)).to(pixels)
    slow, fast = (make(torch)(pipe.model, texts) for make in (_asked_with_texts, _embedded_once))
    expected = _answer(torch, slow, pixels)
    try:
        answer = _answer(torch, fast, pixels)
    except (AttributeError, RuntimeError, TypeError):  # another kind of model
        return slow
    least = CLOSE * float(expected.abs().max())
    alike = answer.shape == expected.shape and float((answer - expected).abs().max()) <= least
    return fast if alike else slow


def _answer(torch: Any, module: Any, pixels: Any) -> Any:
    ask = partial(evaluated, module, partial(module, pixels))
    return switched(torch, ask, gradients=False).float()


def _asked_with_texts(torch: Any) -> Any:
    class AskedWithTexts(torch.nn.Module):  # type: ignore[misc]  # made when PyTorch is there
        """A model and texts for it."""

        def __init__(self, model: Any, texts: Any) -> None:
            super().__init__()
            self.model, self.texts = model, dict(texts)

        def forward(self, pixels: Any) -> Any:
            return self.model(pixel_values=pixels, **self.texts).logits_per_image

    return AskedWithTexts


def _embedded_once(torch: Any) -> Any:
    class EmbeddedOnce(torch.nn.Module):  # type: ignore[misc]  # made when PyTorch is there
        """A model and the embeddings of texts, made anew where its weights were changed."""

        def __init__(self, model: Any, texts: Any) -> None:
            super().__init__()
            self.model, self.texts = model, dict(texts)
            self.weights: Any = None
            self.embedded: Any = None

        def forward(self, pixels: Any) -> Any:
            if not torch.compiler.is_compiling():
                self._embed()
            images = _unit(self.model.get_image_features(pixel_values=pixels))
            logits = images @ self.embedded.t().to(images) * self.model.logit_scale.exp()
            bias = getattr(self.model, "logit_bias", None)
            return logits if bias is None else logits + bias

        def _embed(self) -> None:
            weights = [(one.data_ptr(), one._version) for one in self.model.parameters()]  # noqa: SLF001 - tells writes
            if weights != self.weights:
                with torch.no_grad():
                    self.embedded = _unit(self.model.get_text_features(**self.texts))
                self.weights = weights

    return EmbeddedOnce


def _unit(features: Any) -> Any:
    """Scale to length 1; since transformers 5 they come with more."""
    vectors = getattr(features, "pooler_output", features)
    return vectors / vectors.norm(p=2, dim=-1, keepdim=True)
