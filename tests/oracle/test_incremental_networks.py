"""The networks people use: what is calculated from parts equals the model itself."""

from collections.abc import Iterator

import keras
import numpy as np
import pytest
from keras import applications

from gridexplainer_widget import GridExplainer, as_classifier
from tests.support.networks import both, enliven, picture
from tests.support.sizes import sized

NETWORKS = [
    "VGG16",
    "ResNet50",
    "ResNet101V2",
    "MobileNetV2",
    "MobileNetV3Small",
    "EfficientNetB0",
    "EfficientNetV2B0",
    "InceptionV3",
    "DenseNet121",
    "Xception",
    "NASNetMobile",
    "ConvNeXtTiny",
]

TRIED = sized(["VGG16", "MobileNetV3Small"], NETWORKS)
"""A plain one, one of gates and depthwise convolutions, one of branches."""

SIZE = 100
"""No multiple of 7, and small enough for twelve networks; other N are in the benchmark."""


@pytest.fixture(autouse=True)
def forget_models() -> Iterator[None]:
    yield
    keras.backend.clear_session()


@pytest.mark.parametrize("name", TRIED)
def test_the_numbers_are_those_of_the_model(name: str) -> None:
    keras.utils.set_random_seed(1)
    side = 224 if name == "NASNetMobile" else SIZE
    build = getattr(applications, name)
    model = build(weights=None, input_shape=(side, side, 3), classes=10)
    image = picture(side, side)
    plain = as_classifier(model)
    masker = GridExplainer(plain, 2, fill="red").start_run(image).masker
    masked = np.stack([masker.masked(cells) for cells in ((), (0,), (1,), (2,), (3,))])
    enliven(model, plain.preprocessing(masked))
    explainers = {
        engine: GridExplainer(plain, 7, fill="red", engine=engine)
        for engine in ("full", "incremental")
    }
    found = both(explainers, image)
    largest = np.abs(found["full"][1:] - found["full"][0]).max()
    assert largest > 0.05, "nothing is at stake"
    off = np.abs(found["incremental"] - found["full"]).max()
    assert off <= 1e-4 * largest, f"off by {off:.2g} of {largest:.2g}"
    way = explainers["incremental"].start_run(image).strategy
    assert "incremental" in way.description or "folded" in way.description, way.description
