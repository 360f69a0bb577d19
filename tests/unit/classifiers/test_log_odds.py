"""Log-odds come of the logits, so that they hold where probabilities are rounded."""

from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from keras import layers

from gridexplainer_widget import Explanation, GridExplainer, as_classifier
from gridexplainer_widget.classifiers.log_odds import log_odds_of
from gridexplainer_widget.core.scores import Answers, drops_of
from tests.support.pytorch import torch

WHITE = np.full((8, 8, 3), 255, np.uint8)
HEIGHT = 24
"""Of a logit: a sigmoid of it is 1 in float32."""

END = {"sigmoid": "logits", "sigmoids": "multilabel-logits", "softmax": "logits"}


@given(hnp.arrays(np.float64, (3, 4), elements=st.floats(-700, 700)))
def test_a_softmaxs_log_odds_by_hand(logits: np.ndarray) -> None:
    found = log_odds_of(logits, "softmax")
    for row, place in np.ndindex(logits.shape):
        others = np.delete(logits[row], place)
        expected = logits[row, place] - np.logaddexp.reduce(others)
        np.testing.assert_allclose(found[row, place], expected, rtol=1e-6, atol=1e-9)


def test_sigmoids_log_odds_are_their_logits() -> None:
    logits = np.float32([[80, -3], [np.inf, 0]])
    np.testing.assert_array_equal(log_odds_of(logits, "sigmoids"), logits)
    np.testing.assert_array_equal(log_odds_of(logits[:, :1], "sigmoid")[0], [-80, 80])


def test_where_one_logit_is_missing_all_log_odds_are_of_probabilities() -> None:
    vectors = np.float32([[0.1, 0.9], [0.2, 0.8]])
    whole = Answers(np.float32([0.5, 0.5]), np.float32([0, 0]))
    known = Answers(vectors, np.float32([[-7, 7], [-9, 9]]))
    partly = Answers(vectors, np.float32([[-7, 7], [np.nan, np.nan]]))
    of_probabilities = drops_of(Answers.without_logits(vectors), whole, 1, "log-odds", "softmax")
    np.testing.assert_array_equal(drops_of(known, whole, 1, "log-odds", "softmax"), [-7, -9])
    np.testing.assert_array_equal(
        drops_of(partly, whole, 1, "log-odds", "softmax"), of_probabilities
    )
    np.testing.assert_allclose(of_probabilities, [-np.log(9), -np.log(4)], rtol=1e-6)


def keras_model(end: str, *, activated: bool) -> keras.Model:
    """The mean of all values: each of four cells is worth 0.4 of the first logit."""
    kernel = np.zeros((3, 1 if end == "sigmoid" else 3), np.float32)
    kernel[:, 0] = 1.6 / 255 / 3
    bias = np.full(kernel.shape[1], 2, np.float32)
    bias[0] = HEIGHT - 1.6
    activation = {"sigmoids": "sigmoid"}.get(end, end) if activated else None
    dense = layers.Dense(kernel.shape[1], activation=activation)
    pixels = keras.Input((8, 8, 3))
    model = keras.Model(pixels, dense(layers.GlobalAveragePooling2D()(pixels)))
    dense.set_weights([kernel, bias])
    return model


def torch_module(end: str, *, activated: bool, function: bool = False) -> torch.nn.Module:
    nn = torch.nn
    linear = nn.Linear(3, 1 if end == "sigmoid" else 3)
    with torch.no_grad():
        linear.weight.zero_()
        linear.weight[0] = 1.6 / 255 / 3
        linear.bias.fill_(2)
        linear.bias[0] = HEIGHT - 1.6
    parts = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), linear]
    last = nn.Softmax(1) if end == "softmax" else nn.Sigmoid()
    if function:
        last = Called(lambda x: x.softmax(-1) if end == "softmax" else torch.sigmoid(x))
    return nn.Sequential(*parts, *([last] if activated else []))


class Called(torch.nn.Module):
    def __init__(self, function: object) -> None:
        super().__init__()
        self.function = function

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return self.function(values)


@pytest.mark.parametrize("end", list(END))
@pytest.mark.parametrize("make", [keras_model, torch_module])
@pytest.mark.parametrize("activated", [True, False])
def test_a_saturated_answer_keeps_its_log_odds(
    end: str, make: object, activated: bool, tmp_path: Path
) -> None:
    model = make(end, activated=activated)
    explainer = GridExplainer(
        model, 2, fill="black", score="log-odds", preprocess="0..255", input_shape=(8, 8),
        output=end if activated else END[end],
    )  # fmt: skip
    target = 1 if end == "sigmoid" else 0
    found = explainer.explain(WHITE, target)
    np.testing.assert_allclose(found.values, 0.4, rtol=1e-4)
    assert not any("float32" in note for note in found.notes)
    opposite = found.for_target(1 - target).values
    assert (opposite < 0).all() == (end != "sigmoids")
    loaded = Explanation.load(found.save(tmp_path / "kept"))
    np.testing.assert_array_equal(loaded.values, found.values)
    again = loaded.for_score("probability").for_score("log-odds")
    np.testing.assert_array_equal(again.values, found.values)
    assert found.for_score("probability").values.max() < 1e-6
    assert "No cell changes the answer at all." not in found.for_score("probability").notes
    if end == "sigmoid":
        lime = explainer.explain(WHITE, 1, method="rise", samples=40)
        assert np.abs(lime.values).max() > 0.01


@pytest.mark.parametrize("end", list(END))
def test_the_logits_behind_a_function(end: str) -> None:
    module = torch_module(end, activated=True, function=True)
    classifier = as_classifier(module, preprocess="0..255", input_shape=(8, 8), output=end)
    answers = classifier.answers(WHITE[np.newaxis].astype(np.float32))
    linear = module[:-1](torch.full((1, 3, 8, 8), 255.0)).detach().numpy()
    np.testing.assert_allclose(answers.log_odds, log_odds_of(linear, end), rtol=1e-6)
    np.testing.assert_allclose(answers.vectors[0, -1 if end == "sigmoid" else 0], 1)


def test_where_no_logit_can_be_reached_the_note_stays() -> None:
    def sigmoid(batch: np.ndarray) -> np.ndarray:
        logits = batch.mean(axis=(1, 2, 3)) * 1.6 / 255 + HEIGHT - 1.6
        return (1 / (1 + np.exp(-logits))).astype(np.float32)[:, np.newaxis]

    found = GridExplainer(sigmoid, 2, fill="black", score="log-odds").explain(WHITE, 1)
    assert any("as far as float32 holds; their log-odds are bounds" in note for note in found.notes)
    assert not found.values.any()


@pytest.mark.parametrize("end", list(END))
def test_the_logits_of_a_model_of_one_batch_size(end: str) -> None:
    pixels = keras.Input(batch_shape=(2, 8, 8, 3))
    fixed = keras.ops.reshape(pixels, (2, 8, 8, 3))
    model = keras.Model(pixels, keras_model(end, activated=True)(fixed))
    classifier = as_classifier(model, preprocess="0..255", output=end)
    free = as_classifier(keras_model(end, activated=True), preprocess="0..255", output=end)
    batch = np.stack([WHITE] * 3).astype(np.float32)
    for ours, theirs in zip(classifier.answers(batch), free.answers(batch), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
