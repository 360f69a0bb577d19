"""What a transform says of itself, against what it does to other pictures."""

import numpy as np
import pytest
import transformers
from PIL import Image

from gridexplainer_widget import GridExplainer, as_classifier
from gridexplainer_widget.classifiers.preprocessing import PRESETS
from gridexplainer_widget.classifiers.transforms import read_transform
from tests.support.models import brightness
from tests.support.pytorch import torch, torchvision

NOISE = np.random.default_rng(3).integers(0, 256, (48, 48, 3), np.uint8)
SQUARE = {"height": 48, "width": 48}
EDGE = {"shortest_edge": 48}

T = torchvision.transforms

PROCESSORS = [
    (transformers.ViTImageProcessor(size=SQUARE), "scaled to −1..1"),
    (transformers.ViTImageProcessorPil(size=SQUARE), "scaled to −1..1"),
    (
        transformers.SegformerImageProcessor(size=SQUARE),
        "scaled to 0..1, ImageNet mean and deviation",
    ),
    (
        transformers.CLIPImageProcessor(size=EDGE, crop_size=SQUARE),
        "scaled to −1.79..2.15, mean and deviation of its own",
    ),
    (
        transformers.MobileViTImageProcessor(size=EDGE, crop_size=SQUARE),
        "scaled to 0..1, RGB → BGR",
    ),
    (transformers.EfficientNetImageProcessor(size=SQUARE, include_top=False), "scaled to −1..1"),
    (transformers.ViTImageProcessor(size=SQUARE, do_normalize=False), "scaled to 0..1"),
]

TRANSFORMS = [
    (T.Compose([T.Resize(48), T.CenterCrop(48), T.ToTensor()]), "scaled to 0..1"),
    (
        T.Compose([T.Resize((48, 48)), T.ToTensor(), T.Normalize([0.5] * 3, [0.25] * 3)]),
        "scaled to −2..2",
    ),
    (
        T.v2.Compose(
            [
                T.v2.ToImage(),
                T.v2.Resize((48, 48)),
                T.v2.ToDtype(torch.float32, scale=True),
                T.v2.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
            ]
        ),
        "scaled to 0..1, ImageNet mean and deviation",
    ),
    (
        T.Compose(
            [
                T.Resize((48, 48)),
                T.ToTensor(),
                T.Lambda(lambda picture: picture[[2, 1, 0]] * 255),
                T.Normalize([103.939, 116.779, 123.68], [1, 1, 1]),
            ]
        ),
        "RGB → BGR, ImageNet mean subtracted (caffe style)",
    ),
    (T.Compose([T.Resize((48, 48)), T.PILToTensor()]), "none: 0..255"),
    (
        T.Compose([T.Resize((48, 48)), T.ToTensor(), T.Lambda(lambda picture: 1 - picture)]),
        "scaled to 1..0",
    ),
]


def named(transform: object) -> str:
    return type(transform).__name__


@pytest.mark.parametrize(("processor", "words"), PROCESSORS, ids=named)
def test_a_processor_is_asked_what_it_does(processor: object, words: str) -> None:
    preprocessing, shape = read_transform(processor)
    assert preprocessing.description == f"{type(processor).__name__}: {words}"
    assert shape == (48, 48, None)
    theirs = np.asarray(processor(images=Image.fromarray(NOISE))["pixel_values"][0])
    ours = preprocessing(NOISE[np.newaxis].astype(np.float32))[0].transpose(2, 0, 1)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize(("transform", "words"), TRANSFORMS, ids=named)
def test_a_transform_is_asked_what_it_does(transform: object, words: str) -> None:
    preprocessing, shape = read_transform(transform)
    assert preprocessing.description == f"{type(transform).__name__}: {words}"
    assert shape == (48, 48, None)
    theirs = np.asarray(transform(Image.fromarray(NOISE)))
    ours = preprocessing(NOISE[np.newaxis].astype(np.float32))[0].transpose(2, 0, 1)
    np.testing.assert_allclose(ours, theirs, atol=1e-4 if "caffe" in words else 1e-5)


def test_a_transform_to_grey_gives_one_channel() -> None:
    transform = T.Compose(
        [T.Grayscale(), T.Resize((28, 28)), T.ToTensor(), T.Normalize([0.1307], [0.3081])]
    )
    preprocessing, shape = read_transform(transform)
    assert shape == (28, 28, 1)
    np.testing.assert_allclose(
        preprocessing(np.float32([[[[0]], [[255]]]])).ravel(),
        [-0.1307 / 0.3081, 0.8693 / 0.3081],
        rtol=1e-5,
    )


def test_usual_numbers_are_exactly_the_usual_ones() -> None:
    weights = torchvision.models.ResNet50_Weights.DEFAULT.transforms()
    preprocessing, shape = read_transform(weights)
    assert preprocessing.scale == PRESETS["imagenet"].scale
    assert preprocessing.offset == PRESETS["imagenet"].offset
    assert shape == (224, 224, None)


@pytest.mark.parametrize(
    ("transform", "size"),
    [
        (T.ToTensor(), (None, None)),
        (T.Compose([T.Resize(64), T.ToTensor()]), (None, None)),
        (T.Compose([T.Resize((64, 40)), T.ToTensor()]), (64, 40)),
        (T.Compose([T.CenterCrop((20, 30)), T.ToTensor()]), (20, 30)),
        (transformers.ViltImageProcessor(), (None, None)),
    ],
)
def test_the_size_is_told_where_it_does_not_depend_on_the_picture(
    transform: object, size: tuple[int | None, int | None]
) -> None:
    assert read_transform(transform)[1][:2] == size


@pytest.mark.parametrize(
    ("transform", "words"),
    [
        (T.Compose([T.RandomCrop(32), T.ToTensor()]), "Compose has random parts.*for training"),
        (T.Compose([T.RandomHorizontalFlip(), T.ToTensor()]), "random parts"),
        (T.Compose([T.ColorJitter(0.5), T.ToTensor()]), "differently each time"),
        (
            T.Compose([T.Lambda(T.functional.autocontrast), T.ToTensor()]),
            "does not treat each pixel by itself",
        ),
        (
            T.Compose([T.Lambda(lambda image: T.functional.adjust_gamma(image, 2)), T.ToTensor()]),
            "more to the colours",
        ),
        (T.Compose([T.Grayscale(3), T.ToTensor()]), "more to the colours"),
        (T.Compose([T.Pad(4), T.ToTensor()]), "adds a border"),
        (T.Resize((32, 32)), "gives Image for a PIL image"),
        (T.FiveCrop(32), "gives tuple"),
        (
            T.Compose([T.ToTensor(), T.Lambda(lambda picture: picture[None])]),
            r"shape \(1, 3, 300, 300\)",
        ),
        (T.Normalize([0.5] * 3, [0.5] * 3), "fails on a PIL image: TypeError"),
    ],
)
def test_what_is_no_scale_and_offset_is_refused(transform: object, words: str) -> None:
    with pytest.raises(ValueError, match=f"{words}.*preprocess='imagenet'"):
        read_transform(transform)


def test_a_random_part_that_hides_its_name_is_found_out() -> None:
    class Flip(torch.nn.Module):
        def forward(self, image: Image.Image) -> Image.Image:
            self.turned = not getattr(self, "turned", True)
            return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if self.turned else image

    with pytest.raises(ValueError, match="differently each time"):
        read_transform(T.Compose([Flip(), T.ToTensor()]))


def test_a_transform_tells_a_classifier_its_size() -> None:
    processor = transformers.ViTImageProcessor(size={"height": 20, "width": 24})
    classifier = as_classifier(brightness, preprocess=processor)
    assert classifier.input_shape == (20, 24, 3)
    assert GridExplainer(classifier, 4).classifier.preprocessing.description == (
        "ViTImageProcessor: scaled to −1..1"
    )
