"""One of several outputs, by place or name: the same as a model of that output alone."""

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import pytest
from keras import layers

from gridexplainer_widget import ClassifierError, GridExplainer, as_classifier
from gridexplainer_widget.classifiers.several import chosen, outputs_of, parse_output_index
from tests.support.pytorch import torch

PICTURE = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)

Pair = namedtuple("Pair", ["kind", "sick"])  # noqa: PYI024 - as people write it


@dataclass
class Both:
    kind: object
    sick: object


WRAPPED: dict[str, tuple[Callable, tuple]] = {
    "tuple": (lambda kind, sick: (kind, sick), (1, -1)),
    "list": (lambda kind, sick: [kind, sick], (1,)),
    "dictionary": (lambda kind, sick: {"kind": kind, "sick": sick}, (1, "sick")),
    "named tuple": (Pair, (1, "sick")),
    "dataclass": (Both, (1, "sick")),
}

METHODS = ("occlusion", "cam", "grad-cam")


class TwoHeads(torch.nn.Module):
    def __init__(self, wrap: Callable) -> None:
        super().__init__()
        torch.manual_seed(1)
        nn, self.wrap = torch.nn, wrap
        self.trunk = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3), nn.ReLU())
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.kind, self.sick = nn.Linear(4, 3), nn.Linear(4, 2)

    def forward(self, pictures: torch.Tensor) -> object:
        pooled = self.pool(self.trunk(pictures))
        return self.wrap(self.kind(pooled), self.sick(pooled))


@pytest.mark.parametrize("name", list(WRAPPED))
def test_an_output_of_a_module(name: str) -> None:
    wrap, places = WRAPPED[name]
    alone = TwoHeads(lambda _, sick: sick)
    for place in places:
        explainers = [
            GridExplainer(
                module, 3, output="logits", preprocess="0..1", output_index=which,
                engine="incremental", input_shape=(16, 16),
            )
            for module, which in ((TwoHeads(wrap), place), (alone, None))
        ]  # fmt: skip
        for method in METHODS if place == places[0] else METHODS[:1]:
            ours, theirs = (one.explain(PICTURE, 1, method=method) for one in explainers)
            np.testing.assert_allclose(ours.values, theirs.values, rtol=1e-5, atol=1e-8)
            assert not ours.settings["engine"].startswith("full:")  # it was read


def test_the_size_of_a_module_is_found_by_the_chosen_output() -> None:
    module = TwoHeads(lambda kind, sick: (kind, sick))
    assert as_classifier(module, output_index=1).input_shape[2] == 3
    with pytest.raises(ClassifierError, match="output_index"):
        as_classifier(module)


@pytest.mark.parametrize("named", [False, True])
def test_an_output_of_a_keras_model(named: bool) -> None:
    keras.utils.set_random_seed(1)
    pixels = keras.Input((16, 16, 3))
    maps = layers.Conv2D(4, 3, activation="relu")(layers.Conv2D(4, 3, activation="relu")(pixels))
    pooled = layers.GlobalAveragePooling2D()(maps)
    kind = layers.Dense(3, activation="softmax", name="kind")(pooled)
    sick = layers.Dense(1, activation="sigmoid", name="sick")(pooled)
    both = keras.Model(pixels, {"kind": kind, "sick": sick} if named else [kind, sick])
    alone = GridExplainer(keras.Model(pixels, sick), 3, preprocess="0..1")
    for place in (1, "sick"):
        chosen_one = GridExplainer(both, 3, preprocess="0..1", output_index=place)
        assert chosen_one.classifier.output == "sigmoid"
        for method in METHODS:
            ours, theirs = (one.explain(PICTURE, 1, method=method) for one in (chosen_one, alone))
            np.testing.assert_allclose(ours.values, theirs.values, rtol=1e-4, atol=1e-7)
    with pytest.raises(ClassifierError, match=r"output_index=2 is no output.*'kind', 'sick'"):
        GridExplainer(both, 3, output_index=2).explain(PICTURE)


def test_an_output_of_a_function() -> None:
    def both(batch: np.ndarray) -> tuple:
        mean = batch.mean(axis=(1, 2)) / 255
        return mean, mean[:, :2] - 3

    assert GridExplainer(both, 2, output_index=1).explain(PICTURE).settings["output"] == "logits"
    with pytest.raises(ClassifierError, match=r"a tuple of shapes.*say output_index="):
        GridExplainer(both, 2).explain(PICTURE)


def test_parts_by_name_or_place() -> None:
    assert dict(outputs_of((1, 2), ["a", "b"])) == {"a": 1, "b": 2}
    assert dict(outputs_of((1, 2), ["a"])) == {0: 1, 1: 2}
    assert dict(outputs_of({"a": None, "b": 2})) == {"b": 2}
    assert chosen(-1, ["a", "b"], "m") == 1
    with pytest.raises(ClassifierError, match=r"output_index='c' is no output of m.*'a', 'b'"):
        chosen("c", ["a", "b"], "m")
    for wrong in (True, 1.5, (0,)):
        with pytest.raises(ValueError, match="is no output"):
            parse_output_index(wrong)


def test_a_classifier_has_chosen_already() -> None:
    with pytest.raises(ValueError, match="is a Classifier already"):
        as_classifier(as_classifier(lambda batch: batch), output_index=0)
