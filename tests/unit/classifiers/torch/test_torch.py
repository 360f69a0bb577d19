"""PyTorch modules: what is read off them, how they are run, and what they are like afterwards."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from torch import nn

from gridexplainer_widget import ClassifierError, GridExplainer, as_classifier, read_picture
from gridexplainer_widget.classifiers.preprocessing import IMAGENET_DEVIATION, IMAGENET_MEAN
from tests.support.fresh import complained, printed
from tests.support.pytorch import drops_by_hand, timm, torch, torchvision

PICTURE = np.random.default_rng(2).integers(0, 256, (40, 40, 3), np.uint8)
BATCH = np.random.default_rng(4).uniform(0, 255, (3, 32, 32, 3)).astype(np.float32)

pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")


def free(channels: int = 3, classes: int = 5) -> nn.Sequential:
    """Take any size; with a batch norm and a dropout that matter in training."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(channels, 6, 3, stride=2),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(24, classes),
    )


def digits() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(4 * 13 * 13, 10),
        nn.LogSoftmax(1),
    )


class Wrapped(nn.Module):
    """Something else around a network, as Lightning's modules are."""

    def __init__(self, inner: nn.Module, after: Callable = lambda answer: answer) -> None:
        super().__init__()
        self.inner = inner
        self.after = after

    def forward(self, pictures: torch.Tensor) -> object:
        return self.after(self.inner(pictures))


class Digits(nn.Module):
    """PyTorch's first tutorial: no convolution, and a view that fits several pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(784, 3)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.layer(pictures.view(-1, 784))


def in_plain_torch(module: nn.Module, scale: object, offset: object) -> Callable:
    """Probabilities of one picture at a time, float32 (1, H, W, C) in 0..255."""
    module = module.eval()

    def ask(batch: np.ndarray) -> np.ndarray:
        given = torch.from_numpy(batch * np.float32(scale) + np.float32(offset))
        with torch.no_grad():
            return torch.softmax(module(given.permute(0, 3, 1, 2)), 1).numpy()

    return ask


IMAGENET = (1 / (255 * np.array(IMAGENET_DEVIATION)), -np.array(IMAGENET_MEAN) / IMAGENET_DEVIATION)
UNIT = (1 / 255, 0)


@pytest.mark.parametrize(
    ("module", "change", "fitted"),
    [
        (free(), UNIT, (40, 40, 3)),
        (free(channels=4), UNIT, (40, 40, 4)),
        (digits(), UNIT, (28, 28, 1)),
        (Wrapped(free()), UNIT, (40, 40, 3)),
        (torchvision.models.squeezenet1_1(num_classes=4), IMAGENET, (64, 64, 3)),
        (timm.create_model("test_resnet", num_classes=4), (1 / 127.5, -1), (64, 64, 3)),
        (torch.jit.script(free().train()), UNIT, (40, 40, 3)),
        (torch.jit.trace(digits().eval(), torch.zeros(1, 1, 28, 28)), UNIT, (28, 28, 1)),
        (torch.compile(free(), backend="eager"), UNIT, (40, 40, 3)),
        (nn.DataParallel(free()), UNIT, (40, 40, 3)),
    ],
    ids=lambda given: type(given).__name__,
)
def test_drops_equal_a_loop_in_plain_torch(
    module: nn.Module, change: tuple, fitted: tuple[int, int, int]
) -> None:
    modes = [part.training for part in module.modules()]
    size = None if fitted[0] == 28 else fitted  # of the others, 224 would take longer
    explainer = GridExplainer(module, 4, fill="cell-mean", batch_size=5, input_shape=size)
    explanation = explainer.explain(PICTURE)
    assert [part.training for part in module.modules()] == modes
    pixels = read_picture(PICTURE).fitted(*fitted)
    expected = drops_by_hand(in_plain_torch(module, *change), pixels, 4)
    np.testing.assert_allclose(explanation.drops, expected, atol=2e-6)
    assert np.ptp(expected) > 1e-5


@pytest.mark.parametrize(
    ("module", "shape"),
    [
        (free(), (224, 224, 3)),
        (free(channels=1), (224, 224, 1)),
        (digits(), (28, 28, 1)),
        (Digits(), (28, 28, 1)),
        (nn.Sequential(nn.Flatten(), nn.Linear(3 * 64 * 64, 2)), (64, 64, 3)),
        (nn.Sequential(nn.Conv2d(4, 2, 5, 4), nn.Flatten(), nn.Linear(6050, 2)), (224, 224, 4)),
        (torch.jit.script(free(channels=4)), (224, 224, 4)),
        (torch.jit.freeze(torch.jit.script(digits().eval())), (28, 28, 1)),
    ],
)
def test_the_size_is_found_by_trying(module: nn.Module, shape: tuple) -> None:
    assert as_classifier(module).input_shape == shape


class AtMost(nn.Module):
    """A network of any size whose positions end at `side` pixels."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.positions = nn.Parameter(torch.zeros(1, 3, side, side))
        self.linear = nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = x.shape[2:]
        if max(height, width) > self.positions.shape[2]:
            raise ValueError("no such positions")
        return self.linear((x + self.positions[..., :height, :width]).mean((2, 3)))


@pytest.mark.parametrize(
    ("module", "given", "shape"),
    [
        (free(), None, (224, 224, 3)),
        (free(), (64, None), (64, 224, 3)),
        (AtMost(200), None, (200, 200, 3)),
        (AtMost(70), None, (64, 64, 3)),
    ],
)
def test_a_module_of_any_size_is_asked_at_a_usual_one_and_says_so(
    module: nn.Module, given: tuple | None, shape: tuple
) -> None:
    classifier = as_classifier(module, input_shape=given)
    assert classifier.input_shape == shape
    assert classifier.size_assumed
    checked = GridExplainer(module, 2, input_shape=given).check(PICTURE)
    told = next(check for check in checked.checks if check.name == "Input size")
    assert told.verdict == "unknown"
    assert told.seen.endswith(f"it is asked at {shape[1]}×{shape[0]}.")
    assert ("input size" if checked.concerns else told.sentence) in checked.summary


@pytest.mark.parametrize(
    ("module", "given"), [(digits(), None), (free(), (64, 48)), (AtMost(8), None)]
)
def test_a_size_that_is_said_or_the_only_one_is_not_assumed(
    module: nn.Module, given: tuple | None
) -> None:
    assert not as_classifier(module, input_shape=given).size_assumed
    checked = GridExplainer(module, 2, input_shape=given).check(PICTURE)
    assert "Input size" not in [check.name for check in checked.checks]


def test_a_given_size_is_taken() -> None:
    assert as_classifier(Digits(), input_shape=(28, 28)).input_shape == (28, 28, 1)
    assert as_classifier(digits(), input_shape=(28, None)).input_shape == (28, 28, 1)
    fails = Wrapped(digits(), lambda _: 1 / 0)  # in words of its own, when it is asked
    assert as_classifier(fails, input_shape=(28, 28)).input_shape == (28, 28, 1)


def test_a_module_that_runs_at_no_usual_size_quotes_its_last_error() -> None:
    odd = nn.Sequential(nn.Conv2d(3, 1, 1), nn.Flatten(), nn.Linear(37 * 41, 2))
    with pytest.raises(
        ClassifierError,
        match=r"(?s)8×8 or 512×512.*1x262144 and 1517x2.*input_shape=\(height, width\)",
    ):
        as_classifier(odd)
    assert as_classifier(odd, input_shape=(37, 41))(BATCH[:, :1, :1].repeat(37, 1).repeat(41, 2))[
        0
    ].shape == (2,)


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (nn.Conv2d(3, 4, 3), r"Conv2d returned shape \(1, 4, 6, 6\)"),
        (Wrapped(free(), lambda answer: [{"boxes": answer}]), "Wrapped returned list"),
        (nn.Bilinear(3, 3, 2), "missing 1 required positional argument.*in a function"),
    ],
)
def test_what_is_no_classifier_says_what_it_gave(module: nn.Module, words: str) -> None:
    with pytest.raises(ClassifierError, match=words):
        as_classifier(module)


def test_lazy_layers_are_not_given_a_size_by_accident() -> None:
    lazy = nn.Sequential(nn.LazyConv2d(4, 3), nn.Flatten(), nn.LazyLinear(2))
    with pytest.raises(ClassifierError, match="lazy layers without weights"):
        as_classifier(lazy)
    assert lazy[2].has_uninitialized_params()
    lazy(torch.zeros(1, 3, 32, 32))
    assert as_classifier(lazy).input_shape == (32, 32, 3)


@pytest.mark.parametrize("thing", [torch.zeros(3), torch.optim.SGD(free().parameters(), 0.1)])
def test_what_is_no_module(thing: object) -> None:
    with pytest.raises(TypeError, match=r"is no model of PyTorch.*torch\.nn\.Module"):
        as_classifier(thing)


def mixed(module: nn.Sequential) -> list[bool]:
    """Freeze the batch norm while the rest trains."""
    module.train()
    module[1].eval()
    return [part.training for part in module.modules()]


def test_each_part_is_in_its_own_mode_afterwards() -> None:
    module = free()
    modes, state = mixed(module), {k: v.clone() for k, v in module.state_dict().items()}
    first, second = (as_classifier(module)(BATCH) for _ in range(2))
    np.testing.assert_array_equal(first, second)  # no dropout
    assert [part.training for part in module.modules()] == modes == [True, True, False] + [True] * 5
    assert all(torch.equal(state[name], value) for name, value in module.state_dict().items())


def test_each_part_is_in_its_own_mode_also_after_an_error() -> None:
    module = free()
    modes = mixed(module)
    classifier = as_classifier(module)
    with pytest.raises(RuntimeError, match="expected input"):
        classifier(np.zeros((1, 32, 32, 4), np.float32))
    assert [part.training for part in module.modules()] == modes
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("enabled", [True, False])
def test_gradients_are_left_alone(enabled: bool) -> None:
    module = free()
    module(torch.zeros(2, 3, 32, 32)).sum().backward()
    module[0].requires_grad_(False)
    before = [(p.requires_grad, p.grad.clone()) for p in module.parameters()]
    seen = []
    classifier = as_classifier(Wrapped(module, lambda answer: seen.append(answer) or answer))
    with torch.set_grad_enabled(enabled):
        classifier(BATCH)
        assert torch.is_grad_enabled() is enabled
    assert not any(answer.requires_grad for answer in seen)
    for parameter, (wanted, grad) in zip(module.parameters(), before, strict=True):
        assert parameter.requires_grad is wanted
        assert torch.equal(parameter.grad, grad)


def test_what_a_module_keeps_of_a_call_can_be_trained_with() -> None:
    kept = []
    module = Wrapped(free().eval(), lambda answer: kept.append(answer) or answer)
    as_classifier(module)(BATCH)
    weight = torch.ones(5, requires_grad=True)
    (kept[-1] * weight).sum().backward()
    np.testing.assert_allclose(weight.grad, kept[-1].sum(0), rtol=1e-6)


def test_a_module_may_write_into_what_it_is_given() -> None:
    class Writes(nn.Module):
        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return pictures.mul_(0).flatten(1)[:, :2]

    grey = np.full((2, 30, 30, 1), 7, np.float32)
    as_classifier(Writes(), preprocess=None, input_shape=(30, 30, 1))(grey)
    assert (grey == 7).all()


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("float16", 2e-3), ("bfloat16", 2e-2), ("float64", 1e-6)]
)
def test_a_module_is_run_in_its_own_precision(dtype: str, tolerance: float) -> None:
    seen = []
    module = free().to(getattr(torch, dtype))
    module.register_forward_pre_hook(lambda _, given: seen.append(given[0].dtype))
    probabilities = as_classifier(module)(BATCH)
    assert set(seen) == {getattr(torch, dtype)}
    np.testing.assert_allclose(probabilities, as_classifier(free())(BATCH), atol=tolerance)


def test_a_module_is_run_where_and_as_it_is_now() -> None:
    module = free()
    classifier = as_classifier(module)
    classifier(BATCH)
    module.double()
    np.testing.assert_allclose(classifier(BATCH), as_classifier(free())(BATCH), atol=1e-6)


def test_a_module_without_parameters() -> None:
    class Brightness(nn.Module):
        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            bright = pictures.mean((1, 2, 3))
            return torch.stack([1 - bright, bright], 1)

    classifier = as_classifier(Brightness())
    expected = BATCH.mean(axis=(1, 2, 3)) / 255
    np.testing.assert_allclose(classifier(BATCH)[:, 1], expected, rtol=1e-5)
    assert classifier.input_shape == (224, 224, 3)


@pytest.mark.parametrize(
    "after",
    [
        lambda answer: {"logits": answer, "features": answer[:, :2]},
        lambda answer: torchvision.models.GoogLeNetOutputs(answer, answer[:, :2], None),
        lambda answer: (answer,),
    ],
    ids=["a dictionary", "a named tuple", "a tuple of one"],
)
def test_an_answer_among_other_things(after: Callable) -> None:
    answer = as_classifier(Wrapped(free(), after), output="logits")(BATCH)
    np.testing.assert_allclose(answer, as_classifier(free())(BATCH), rtol=1e-6)


@pytest.mark.parametrize(
    ("last", "output"),
    [
        ([nn.Linear(24, 4)], "logits"),
        ([nn.Linear(24, 4), nn.LogSoftmax(1)], "logits"),
        ([nn.Linear(24, 4), nn.Softmax(1)], "softmax"),
        ([nn.Linear(24, 1), nn.Sigmoid()], "sigmoid"),
        ([nn.Linear(24, 4), nn.Sigmoid()], "sigmoids"),
        ([nn.Sequential(nn.Linear(24, 4), nn.Softmax(1))], "softmax"),
        ([nn.Linear(24, 4), nn.ReLU()], None),
        ([Wrapped(nn.Linear(24, 4))], None),
    ],
)
def test_the_last_layer_of_a_sequential_tells_the_output(last: list, output: str | None) -> None:
    assert as_classifier(nn.Sequential(*free()[:-1], *last)).output == output


def test_an_unknown_module_gets_what_totensor_gives_and_says_so() -> None:
    words = as_classifier(free()).preprocessing.description
    assert words.startswith("none found: 0..1 is handed over, as ToTensor gives; say preprocess=")
    assert as_classifier(free()).labels is None


MODELS = torchvision.models


@pytest.mark.parametrize(
    ("module", "size", "words"),
    [
        (MODELS.squeezenet1_1(), 224, "SqueezeNet: scaled to 0..1, ImageNet mean and deviation"),
        (MODELS.mobilenet_v3_small(), 224, "MobileNetV3: scaled to 0..1, ImageNet mean and dev"),
        (MODELS.inception_v3(init_weights=False), 299, "Inception3: scaled to 0..1, ImageNet"),
        (MODELS.efficientnet_b3(), 300, "EfficientNet: scaled to 0..1, ImageNet mean and dev"),
        (MODELS.vit_b_16(image_size=64), 64, "VisionTransformer: scaled to 0..1, ImageNet mean"),
    ],
    ids=["squeezenet", "mobilenet", "inception", "efficientnet", "vit"],
)
def test_torchvision_tells_preprocessing_size_and_labels(
    module: nn.Module, size: int, words: str
) -> None:
    classifier = as_classifier(module)
    assert classifier.input_shape == (size, size, 3)
    assert classifier.preprocessing.description.startswith(f"torchvision's {words}")
    assert classifier.output == "logits"
    assert len(set(classifier.labels)) == 1000
    assert classifier.labels[2] == "great white shark"


def test_the_one_efficientnet_with_a_mean_of_its_own_is_told_by_its_size() -> None:
    with torch.device("meta"):
        module = MODELS.efficientnet_v2_l(num_classes=7)
    classifier = as_classifier(module)
    assert classifier.input_shape == (480, 480, 3)
    description = classifier.preprocessing.description
    assert description.startswith(
        "torchvision's EfficientNet: scaled to −1..1, guessed by its body"
    )
    assert classifier.labels is None


def test_a_new_head_keeps_the_preprocessing_and_drops_the_labels() -> None:
    module = MODELS.mobilenet_v3_small()
    module.classifier[3] = nn.Sequential(nn.Linear(1024, 3), nn.Softmax(1))
    classifier = as_classifier(module)
    assert classifier.preprocessing.description.startswith("torchvision's MobileNetV3: ")
    assert (classifier.labels, classifier.output) == (None, "softmax")


def test_a_class_of_torchvision_that_is_no_classifier_is_not_taken_for_one() -> None:
    module = MODELS.segmentation.lraspp_mobilenet_v3_large(weights=None, weights_backbone=None)
    with pytest.raises(ClassifierError, match=r"LRASPP returned shape \(1, 21, 8, 8\)"):
        as_classifier(module)


def test_the_first_of_a_sequential_tells_for_all() -> None:
    network = timm.create_model("test_resnet")
    ended = as_classifier(nn.Sequential(network, nn.Softmax(1)))
    assert ended.preprocessing.description == "timm: scaled to −1..1"
    assert ended.output == "softmax"
    assert len(ended.labels) == 1000
    assert as_classifier(nn.Sequential(network, nn.Linear(1000, 1000))).labels is None
    normalised = nn.Sequential(torchvision.transforms.Normalize([0.5] * 3, [0.5] * 3), network)
    classifier = as_classifier(normalised)
    assert classifier.preprocessing.description.startswith("none found: 0..1")
    np.testing.assert_allclose(classifier(BATCH), as_classifier(network)(BATCH), rtol=1e-4)


def test_channels_of_a_part_that_does_not_take_the_picture() -> None:
    """Such as of a map of positions, which may stand first."""
    network = timm.create_model("test_resnet")
    network._modules = {"positions": nn.Conv2d(1, 1, 3), **network._modules}
    assert as_classifier(network).input_shape[2] == 3
    assert as_classifier(timm.create_model("test_resnet", in_chans=1)).input_shape[2] == 1


@pytest.mark.parametrize(
    ("name", "settings", "shape", "words", "labels"),
    [
        ("test_resnet", {}, (160, 160, 3), "scaled to −1..1", "tench"),
        ("test_resnet", {"num_classes": 6}, (160, 160, 3), "scaled to −1..1", None),
        ("test_resnet", {"in_chans": 1}, (160, 160, 1), "scaled to −1..1", "tench"),
        ("test_vit", {"img_size": 96}, (96, 96, 3), "scaled to −1..1", "tench"),
        ("resnet10t", {}, (176, 176, 3), "scaled to 0..1, ImageNet mean and deviation", "tench"),
    ],
)
def test_timm_tells_preprocessing_size_and_labels(
    name: str, settings: dict, shape: tuple, words: str, labels: str | None
) -> None:
    classifier = as_classifier(timm.create_model(name, **settings))
    assert (classifier.name, classifier.input_shape) == (name, shape)
    assert classifier.preprocessing.description.startswith(f"timm: {words}")
    assert classifier.output == "logits"
    assert (classifier.labels and classifier.labels[0]) == labels


def test_no_two_labels_are_the_same() -> None:
    labels = as_classifier(timm.create_model("test_resnet")).labels
    assert (labels[134], labels[517], len(set(labels))) == ("crane", "crane (2)", 1000)


def test_overrides_count_more_than_metadata() -> None:
    classifier = as_classifier(
        timm.create_model("test_resnet"),
        preprocess="0..1",
        labels=[str(index) for index in range(1000)],
        output="sigmoids",
        input_shape=(64, 96),
    )
    assert classifier.input_shape == (64, 96, 3)
    assert classifier.preprocessing.description == "scaled to 0..1 (as you said)"
    assert (classifier.labels[0], classifier.output) == ("0", "sigmoids")


def test_a_torchscript_file(tmp_path: Path) -> None:
    path = tmp_path / "digits.pt"
    torch.jit.script(digits()).save(path)
    from_file, module = GridExplainer(path, 4), GridExplainer(digits(), 4)
    np.testing.assert_array_equal(from_file.explain(PICTURE).drops, module.explain(PICTURE).drops)
    assert from_file.classifier.name == "digits"


def test_an_exported_program() -> None:
    batches = ({0: torch.export.Dim("batch")},)
    program = torch.export.export(
        digits().eval(), (torch.zeros(2, 1, 28, 28),), dynamic_shapes=batches
    )
    expected = GridExplainer(digits(), 4).explain(PICTURE).drops
    np.testing.assert_allclose(
        GridExplainer(program, 4).explain(PICTURE).drops, expected, atol=1e-6
    )


@pytest.mark.parametrize("content", ["module", "state dict", "text", "nothing", "a piece"])
def test_a_file_that_is_no_torchscript(content: str, tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    if content == "module":
        torch.save(free(), path)
    elif content == "state dict":
        torch.save(free().state_dict(), path)
    elif content == "a piece":
        torch.jit.script(free()).save(path)
        path.write_bytes(path.read_bytes()[:1000])
    else:
        path.write_text("hello" * (content == "text"))
    with pytest.raises(ValueError, match=r"model\.pt is no TorchScript file.*give the module"):
        as_classifier(path)


def test_a_quantised_module() -> None:
    quantised = torch.ao.quantization.quantize_dynamic(digits().eval(), {nn.Linear})
    drops = GridExplainer(quantised, 4).explain(PICTURE).drops
    np.testing.assert_allclose(drops, GridExplainer(digits(), 4).explain(PICTURE).drops, atol=0.02)


def test_a_torch_module_needs_no_other_framework() -> None:
    code = (
        "import sys, numpy as np, torch; from gridexplainer_widget import GridExplainer; "
        "net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 3)); "
        "GridExplainer(net, 2).explain(np.zeros((8, 8, 3))); "
        "print([name for name in ('tensorflow', 'keras', 'torchvision', 'timm', 'transformers') "
        "if name in sys.modules])"
    )
    assert printed(code) == "[]"


def test_torch_that_is_missing_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['torch'] = None; "
        "from gridexplainer_widget.classifiers.readers.torch import torchscript_file; "
        "torchscript_file('model.pt', None)"
    )
    assert "model.pt needs torch: pip install 'gridexplainer-widget[torch]'" in complained(code)


def test_a_known_body_under_another_head_has_its_range_by_a_guess() -> None:
    heads = ((1000, True), (4, False))
    for build in (torchvision.models.squeezenet1_1, partial(timm.create_model, "test_resnet")):
        for classes, known in heads:
            found = as_classifier(build(num_classes=classes)).preprocessing
            assert found.known == known
            assert ("guessed by its body; say preprocess=" in found.description) != known
