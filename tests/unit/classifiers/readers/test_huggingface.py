"""Models, pipelines and folders of Hugging Face, made of configurations: nothing is fetched."""

import json
from pathlib import Path

import numpy as np
import pytest
import transformers
from PIL import Image

from gridexplainer_widget import GridExplainer, as_classifier, read_picture
from tests.support.fresh import complained, printed
from tests.support.pytorch import drops_by_hand, timm, torch

PICTURE = np.random.default_rng(2).integers(0, 256, (40, 40, 3), np.uint8)
NOISE = np.random.default_rng(3).integers(0, 256, (32, 32, 3), np.uint8)
SQUARE = {"height": 32, "width": 32}
LABELS = {0: "cat", 1: "dog", 2: "ant"}


def vit(**settings: object) -> transformers.PreTrainedModel:
    torch.manual_seed(0)
    config = transformers.ViTConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        patch_size=8,
        initializer_range=0.5,
        **{"num_labels": 3, "image_size": 32, **settings},
    )
    return transformers.ViTForImageClassification(config).eval()


def resnet() -> transformers.PreTrainedModel:
    torch.manual_seed(0)
    config = transformers.ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 8], depths=[1, 1], layer_type="basic", num_labels=3
    )
    return transformers.ResNetForImageClassification(config).eval()


def convnext() -> transformers.PreTrainedModel:
    torch.manual_seed(0)
    config = transformers.ConvNextConfig(
        hidden_sizes=[8, 8],
        depths=[1, 1],
        num_stages=2,
        image_size=64,
        initializer_range=0.5,
        num_labels=3,
    )
    return transformers.ConvNextForImageClassification(config).eval()


def swin() -> transformers.PreTrainedModel:
    torch.manual_seed(0)
    config = transformers.SwinConfig(
        image_size=32,
        embed_dim=8,
        depths=[1, 1],
        num_heads=[2, 2],
        window_size=4,
        initializer_range=0.5,
        num_labels=3,
    )
    return transformers.SwinForImageClassification(config).eval()


def mobilevit() -> transformers.PreTrainedModel:
    torch.manual_seed(0)
    config = transformers.MobileViTConfig(
        image_size=64,
        hidden_sizes=[16, 16, 16],
        neck_hidden_sizes=[8, 8, 8, 16, 16, 16, 32],
        initializer_range=0.5,
        num_labels=3,
    )
    return transformers.MobileViTForImageClassification(config).eval()


def pipeline(model: object, **settings: object) -> transformers.Pipeline:
    processor = transformers.ViTImageProcessor(size=SQUARE, **settings)
    return transformers.pipeline("image-classification", model=model, image_processor=processor)


@pytest.mark.parametrize(
    ("make", "shape", "words"),
    [
        (vit, (32, 32, 3), "ViTImageProcessor's defaults: scaled to −1..1"),
        (resnet, (384, 384, 3), "ConvNextImageProcessor's defaults: scaled to −1..1"),
        (convnext, (64, 64, 3), "ConvNextImageProcessor's defaults: scaled to −1..1"),
        (swin, (32, 32, 3), "ViTImageProcessor's defaults: scaled to −1..1"),
        (mobilevit, (64, 64, 3), "MobileViTImageProcessor's defaults: scaled to 0..1, RGB → BGR"),
    ],
)
def test_a_bare_model_gets_what_its_kind_usually_gets(
    make: object, shape: tuple[int, int, int], words: str
) -> None:
    model = make()
    classifier = as_classifier(model)
    assert (classifier.input_shape, classifier.output) == (shape, "logits")
    assert classifier.preprocessing.description == words
    assert classifier.labels is None
    side = min(shape[0], 64)
    batch = np.random.default_rng(0).uniform(0, 255, (2, side, side, 3)).astype(np.float32)
    given = torch.from_numpy(classifier.preprocessing(batch)).permute(0, 3, 1, 2)
    with torch.no_grad():
        expected = model(pixel_values=given).logits.softmax(1)
    np.testing.assert_allclose(classifier(batch), expected, atol=1e-5)
    assert np.ptp(expected.numpy(), axis=0).max() > 1e-3


@pytest.mark.parametrize(
    ("given", "change"),
    [
        (vit(), lambda pixels: pixels / 127.5 - 1),
        (pipeline(vit(), image_mean=[0.1, 0.2, 0.3]), lambda pixels: pixels / 127.5 - MEANS),
        (mobilevit(), lambda pixels: pixels[..., ::-1] / 255),
    ],
    ids=["vit", "pipeline", "mobilevit"],
)
def test_drops_equal_a_loop_in_plain_torch(given: object, change: object) -> None:
    explainer = GridExplainer(given, 4, fill="cell-mean", batch_size=5)
    model = getattr(given, "model", given) if hasattr(given, "image_processor") else given

    def ask(batch: np.ndarray) -> np.ndarray:
        pixels = np.ascontiguousarray(change(batch).transpose(0, 3, 1, 2), np.float32)
        with torch.no_grad():
            return model(torch.from_numpy(pixels)).logits.softmax(1).numpy()

    pixels = read_picture(PICTURE).fitted(*explainer.classifier.input_shape)
    expected = drops_by_hand(ask, pixels, 4)
    np.testing.assert_allclose(explainer.explain(PICTURE).drops, expected, atol=2e-6)
    assert np.ptp(expected) > 1e-5


MEANS = np.array([0.1, 0.2, 0.3]) / 0.5


def test_a_pipeline_says_the_same_about_a_picture_of_its_own_size() -> None:
    pipe = pipeline(vit(id2label=LABELS), image_mean=[0.1, 0.2, 0.3])
    theirs = {answer["label"]: answer["score"] for answer in pipe(Image.fromarray(NOISE))}
    classifier = as_classifier(pipe)
    assert classifier.labels == ("cat", "dog", "ant")
    assert classifier.preprocessing.description == (
        "ViTImageProcessor: scaled to −0.6..1.8, mean and deviation of its own"
    )
    ours = classifier(NOISE[np.newaxis].astype(np.float32))[0]
    np.testing.assert_allclose(ours, [theirs[label] for label in classifier.labels], atol=1e-5)


def test_several_classes_may_be_true() -> None:
    pipe = pipeline(vit(problem_type="multi_label_classification", id2label=LABELS))
    theirs = {answer["label"]: answer["score"] for answer in pipe(Image.fromarray(NOISE))}
    classifier = as_classifier(pipe)
    ours = classifier(NOISE[np.newaxis].astype(np.float32))[0]
    np.testing.assert_allclose(ours, [theirs[label] for label in LABELS.values()], atol=1e-5)
    assert classifier.output == "sigmoids"
    assert as_classifier(pipe, output="logits").output == "logits"
    softmax = as_classifier(pipe, output="logits")(NOISE[np.newaxis].astype(np.float32))
    np.testing.assert_allclose(softmax.sum(), 1, rtol=1e-6)


@pytest.mark.parametrize("load", [lambda path: path, str, vit(id2label=LABELS).from_pretrained])
def test_a_folder_and_a_model_from_it_bring_their_own_processor(
    load: object, tmp_path: Path
) -> None:
    folder = tmp_path / "pets"
    vit(id2label=LABELS).save_pretrained(folder)
    transformers.ViTImageProcessor(size=SQUARE, image_mean=[0.1, 0.2, 0.3]).save_pretrained(folder)
    classifier = as_classifier(load(folder))
    assert (classifier.name, classifier.labels) == ("pets", ("cat", "dog", "ant"))
    assert classifier.preprocessing.description.startswith("ViTImageProcessor: scaled to −0.6..1.8")
    expected = as_classifier(pipeline(vit(id2label=LABELS), image_mean=[0.1, 0.2, 0.3]))
    batch = NOISE[np.newaxis].astype(np.float32)
    np.testing.assert_allclose(classifier(batch), expected(batch), rtol=1e-5)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("no weights", "cannot be loaded: Error no file named model.safetensors"),
        ("no head", "has no weights for classifier.bias, classifier.weight"),
        ("text", r"(?s)cannot be loaded: Unrecognized configuration class.*BertConfig"),
        ("nothing", "cannot be loaded: Unrecognized model"),
    ],
)
def test_a_folder_without_an_image_classifier(content: str, words: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    if content == "no head":
        transformers.ViTModel(vit().config).save_pretrained(folder)
    elif content == "no weights":
        vit().config.save_pretrained(folder)
    else:
        folder.mkdir()
        config = {"model_type": "bert"} if content == "text" else {}
        (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match=f"^model {words}" if "(?s)" not in words else words):
        as_classifier(folder)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: transformers.ViTModel(vit().config), "ViTModel is no image classifier"),
        (transformers.ViTImageProcessor, "ViTImageProcessor is no image classifier"),
        (lambda: vit().config, "ViTConfig is no image classifier"),
        (
            lambda: transformers.pipeline(
                "image-feature-extraction",
                model=transformers.ViTModel(vit().config),
                image_processor=transformers.ViTImageProcessor(),
            ),
            "This pipeline is for image-feature-extraction",
        ),
    ],
)
def test_what_is_no_image_classifier(make: object, words: str) -> None:
    with pytest.raises(TypeError, match=rf"{words}.*pipeline\('image-classification'\)"):
        as_classifier(make())


def test_default_labels_are_no_labels() -> None:
    assert as_classifier(vit()).labels is None
    assert as_classifier(vit(id2label={0: "crane", 1: "LABEL_1", 2: "crane"})).labels == (
        "crane",
        "LABEL_1",
        "crane (2)",
    )


def test_one_channel_and_another_size() -> None:
    model = vit(num_channels=1, image_size=48)
    assert as_classifier(model).input_shape == (48, 48, 1)
    assert GridExplainer(model, 2).explain(PICTURE).drops.shape == (2, 2)


def test_overrides_count_more_than_metadata() -> None:
    classifier = as_classifier(
        resnet(), preprocess="0..1", labels=["a", "b", "c"], input_shape=(64, 96)
    )
    assert classifier.input_shape == (64, 96, 3)
    assert classifier.preprocessing.description == "scaled to 0..1 (as you said)"
    assert classifier.labels == ("a", "b", "c")
    assert as_classifier(resnet(), preprocess="0..1").input_shape == (384, 384, 3)
    processor = transformers.ViTImageProcessor(size={"height": 40, "width": 40})
    assert as_classifier(resnet(), preprocess=processor).input_shape == (40, 40, 3)


def test_a_pipeline_whose_processor_cannot_be_read_says_what_to_say() -> None:
    pipe = transformers.pipeline(
        "image-classification",
        model=mobilevit(),
        image_processor=transformers.MobileViTImageProcessor(),  # crops 256 out of 224
    )
    with pytest.raises(ValueError, match="adds a border.*preprocess='imagenet'"):
        as_classifier(pipe)
    assert as_classifier(pipe, preprocess="0..1 bgr").input_shape == (64, 64, 3)


def test_a_model_of_timm_inside_tells_by_itself() -> None:
    config = transformers.TimmWrapperConfig(
        architecture="test_resnet",
        num_labels=1000,
        pretrained_cfg=timm.create_model("test_resnet").pretrained_cfg,
    )
    classifier = as_classifier(transformers.TimmWrapperForImageClassification(config))
    assert classifier.input_shape == (160, 160, 3)
    assert classifier.preprocessing.description == "timm: scaled to −1..1"


def test_the_model_is_in_its_own_mode_afterwards() -> None:
    model = vit(hidden_dropout_prob=0.5).train()
    model.classifier.eval()
    modes = [part.training for part in model.modules()]
    classifier = as_classifier(model)
    batch = NOISE[np.newaxis].astype(np.float32)
    np.testing.assert_array_equal(classifier(batch), classifier(batch))
    assert [part.training for part in model.modules()] == modes


def test_a_model_of_hugging_face_needs_no_tensorflow() -> None:
    code = (
        "import sys, numpy as np, transformers, tests.support.pytorch; "
        "from gridexplainer_widget import GridExplainer; "
        "config = transformers.ViTConfig(hidden_size=8, num_hidden_layers=1, image_size=32, "
        "num_attention_heads=1, intermediate_size=8); "
        "model = transformers.ViTForImageClassification(config); "
        "GridExplainer(model, 2).explain(np.zeros((8, 8, 3))); "
        "print([name for name in ('tensorflow', 'keras', 'tf_keras') if name in sys.modules])"
    )
    assert printed(code) == "[]"


def test_transformers_that_is_missing_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['transformers'] = None; "
        "from gridexplainer_widget.classifiers.readers.huggingface import huggingface_folder; "
        "huggingface_folder('pets', None)"
    )
    words = "pets needs transformers: pip install 'gridexplainer-widget[transformers]'"
    assert words in complained(code)
