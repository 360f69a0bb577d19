"""The demo that needs a network: its code with random weights, and without a network."""

import keras
import numpy as np
import pytest
import shap
from keras import applications

from gridexplainer_widget import GridExplainer, demo


def test_model_and_pictures_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    real = applications.ResNet50
    asked = []

    def random_weights(weights: str) -> keras.Model:
        asked.append(weights)
        return real(weights=None)

    pictures = np.random.default_rng(0).uniform(0, 255, (50, 224, 224, 3)).astype(np.float32)
    monkeypatch.setattr(applications, "ResNet50", random_weights)
    monkeypatch.setattr(shap.datasets, "imagenet50", lambda: (pictures, np.arange(50.0) * 3))
    imagenet = demo.load("imagenet")
    assert asked == ["imagenet"]
    assert len(imagenet.pictures) == 50
    assert imagenet.truth["49"] == (imagenet.labels[147],)
    assert imagenet.masks["49"] == {}
    np.testing.assert_allclose(imagenet.pictures["49"], pictures[49], atol=0.51)
    explainer = GridExplainer(imagenet.classifier, 2, engine="full", joint=False)
    explanation = explainer.explain(imagenet.pictures["49"])
    assert "caffe" in explanation.preprocessing


@pytest.mark.parametrize("missing", ["weights", "pictures"])
def test_without_a_network_the_embedded_ones_are_named(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    def offline(*_: object, **__: object) -> None:
        raise OSError("URL fetch failure")

    known = offline if missing == "weights" else lambda weights: keras.Model
    monkeypatch.setattr(applications, "ResNet50", known)
    monkeypatch.setattr(shap.datasets, "imagenet50", offline)
    what = {"weights": "ResNet50's ImageNet weights", "pictures": "SHAP's imagenet50"}[missing]
    with pytest.raises(ConnectionError, match=r"fetch failure.*'honest'.*'cheating'") as caught:
        demo.load("imagenet")
    assert str(caught.value).startswith(what)
