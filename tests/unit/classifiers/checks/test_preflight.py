"""Each check is proven by a model that is broken in just that way; TensorFlow is not needed."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gridexplainer_widget import GridExplainer, as_classifier
from gridexplainer_widget.classifiers.checks.checks import size_check
from gridexplainer_widget.classifiers.checks.outputs_check import softmaxed_twice
from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.classifiers.checks.probe import model_checks
from gridexplainer_widget.classifiers.outputs import to_probabilities
from gridexplainer_widget.classifiers.preprocessing import PRESETS, Preprocessing
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.picture import read_picture
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.inference.run import Run
from tests.support.models import TopLeft, brightness
from tests.support.preflights import troubles

RNG = np.random.default_rng(3)
PICTURE = np.kron(RNG.integers(0, 256, (4, 4, 3)), np.ones((8, 8, 1))).astype(np.uint8)
"""Blocks of colours, 32×32."""

PATTERN = PICTURE.astype(np.float32)


def likeness(batch: np.ndarray) -> np.ndarray:
    """Logits: how much pictures in 0..255 are like `PICTURE` as it is, and how little."""
    near = -np.abs(batch - PATTERN).mean(axis=(1, 2, 3))
    mirrored = -np.abs(batch[:, :, ::-1] - PATTERN).mean(axis=(1, 2, 3))
    like = 0.2 * (np.maximum(near, mirrored) + 30)
    return np.stack([like, *5 * [np.zeros_like(like)]], axis=1)


def sure(batch: np.ndarray) -> np.ndarray:
    """Probabilities of six classes: 99% for `PICTURE` and its mirror image, else unsure."""
    return to_probabilities(likeness(batch), "logits")


def checked(model: object, picture: object = PICTURE, **options: object) -> Preflight:
    return GridExplainer(model, 4, **{"fill": "gray", **options}).check(picture)


def of(preflight: Preflight, name: str) -> tuple[str, str]:
    found = next(check for check in preflight.checks if check.name == name)
    return found.verdict, found.sentence


def test_a_sound_model_passes() -> None:
    for model, kind in ((sure, "Probabilities"), (likeness, "Logits")):
        preflight = checked(model)
        assert troubles(preflight) == []
        assert preflight.verdict == "unknown"
        assert "In which range the model was trained is not known." in preflight.summary
        assert "nothing wrong" not in preflight.summary
        said = checked(model, preprocess="0..255")
        assert said.verdict == "ok"
        assert said.summary == "Technical check on one picture: nothing wrong was found."
        assert kind in of(preflight, "Outputs")[1]
    assert troubles(checked(lambda batch: 100 * sure(batch))) == []
    names = [check.name for check in preflight.checks]
    assert names == [
        "Outputs", "Input range", "Channels", "Repeatable", "Batch", "Hiding", "Size", "Chance",
    ]  # fmt: skip


def test_logits_where_probabilities_were_promised() -> None:
    verdict, words = of(checked(likeness, output="softmax"), "Outputs")
    assert verdict == "wrong"
    assert 'say output="logits"' in words
    preflight = checked(likeness, output="softmax")
    assert [check.name for check in preflight.checks] == ["Outputs"], "the rest means nothing"


def test_probabilities_that_are_taken_for_logits() -> None:
    verdict, words = of(checked(sure, output="logits"), "Outputs")
    assert verdict == "wrong"
    assert 'Say output="softmax"' in words
    verdict, words = of(checked(lambda batch: sure(batch)[:, :1], output="logits"), "Outputs")
    assert verdict == "warning"
    assert 'say output="sigmoid"' in words


def test_a_softmax_of_a_softmax() -> None:
    twice = to_probabilities(sure(PATTERN[None]), "logits")
    np.testing.assert_allclose(twice.max(), np.e**0.99 / (np.e**0.99 + 5), atol=0.01)
    verdict, words = of(checked(lambda batch: to_probabilities(sure(batch), "logits")), "Outputs")
    assert verdict == "wrong"
    assert "softmaxed twice: none is above 0.35" in words


def test_unsure_models_are_not_taken_for_softmaxed_twice() -> None:
    rng = np.random.default_rng(0)
    for classes in (2, 3, 12, 1000):
        for scale in (0, 1e-4, 0.1, 0.5, 1, 3):
            logits = scale * rng.standard_normal((8, classes))
            assert not softmaxed_twice(to_probabilities(logits, "logits")), (classes, scale)


E = np.e

CONSTANT = {
    "of two": np.tile([E / (E + 1), 1 / (E + 1)], (8, 1)),
    "of three": np.tile(np.array([1, E, 1]) / (E + 2), (8, 1)),
}
"""Just what a softmax of a certain softmax gives, whatever is shown."""


@pytest.mark.parametrize("name", CONSTANT)
def test_a_constant_model_is_not_taken_for_softmaxed_twice(name: str) -> None:
    assert not softmaxed_twice(CONSTANT[name])
    preflight = checked(lambda batch: np.repeat(CONSTANT[name][:1], len(batch), axis=0))
    assert of(preflight, "Outputs")[0] == "ok"
    assert troubles(preflight)[0] == "Hiding", "it does not look"


def test_a_weak_model_is_not_taken_for_softmaxed_twice() -> None:
    def weak(batch: np.ndarray) -> np.ndarray:  # a logit from 0.2 to 0.98, for one class always
        logits = 0.2 + 0.78 * (batch.mean(axis=(1, 2, 3)) / PATTERN.mean()).clip(0, 1)
        return to_probabilities(np.stack([logits, 0 * logits], axis=1), "logits")

    np.testing.assert_allclose(weak(PATTERN[None]).max(), 1 / (1 + np.exp(-0.98)), rtol=1e-6)
    assert of(checked(weak), "Outputs")[0] == "ok"


@pytest.mark.parametrize("classes", [2, 12, 1000])
def test_a_softmax_of_a_sure_softmax_is_known(classes: int) -> None:
    logits = 20 * np.random.default_rng(1).standard_normal((8, classes))
    twice = to_probabilities(to_probabilities(logits, "logits"), "logits")
    assert softmaxed_twice(twice)


def test_one_class_only() -> None:
    one = checked(lambda batch: np.ones((len(batch), 1), np.float32), output="softmax")
    assert of(one, "Outputs")[0] == "wrong"
    assert "softmax over one is always 1" in one.summary


def test_nan() -> None:
    def spoiled(batch: np.ndarray) -> np.ndarray:
        answer = sure(batch)
        answer[batch.std(axis=(1, 2, 3)) < 1e-3] = np.nan  # of a picture of one colour
        return answer

    verdict, words = of(checked(spoiled), "Hiding")
    assert verdict == "wrong"
    assert "With every cell hidden: spoiled returned NaN" in words

    def noisy(batch: np.ndarray) -> np.ndarray:
        answer = sure(batch)
        answer[np.abs(batch - PATTERN).max(axis=(1, 2, 3)) > 1] = np.nan
        return answer

    verdict, words = of(checked(noisy), "Outputs")
    assert verdict == "wrong"
    assert "hold NaN" in words


def expecting(range_: Preprocessing) -> object:
    """`sure`, trained on another range."""

    def model(batch: np.ndarray) -> np.ndarray:
        back = (batch - np.float32(range_.offset)) / np.float32(range_.scale)
        return sure(back[..., ::-1] if range_.bgr else back)

    return model


@pytest.mark.parametrize("name", ["0..1", "-1..1", "imagenet"])
def test_another_range_is_told_and_how_to_say_it(name: str) -> None:
    preflight = checked(expecting(PRESETS[name]))
    verdict, words = of(preflight, "Input range")
    assert verdict == "warning"
    assert f'say preprocess="{name}"' in words
    assert "“class 0” 98.8%" in words
    overridden = checked(expecting(PRESETS[name]), preprocess=name)
    assert troubles(overridden) == []


def test_colours_in_another_order_are_told() -> None:
    preflight = checked(lambda batch: sure(batch[..., ::-1]))
    assert of(preflight, "Input range")[0] == "ok"
    verdict, words = of(preflight, "Channels")
    assert verdict == "warning"
    assert 'say preprocess="0..255 bgr"' in words
    assert troubles(checked(lambda batch: sure(batch[..., ::-1]), preprocess="0..255 bgr")) == []


def test_channels_that_silently_come_first() -> None:
    def first(batch: np.ndarray) -> np.ndarray:
        return sure(batch.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1) * 255)

    verdict, words = of(checked(first), "Channels")
    assert verdict == "warning"
    assert "preprocess=lambda batch: (batch / 255).transpose(0, 3, 1, 2)" in words
    overridden = checked(first, preprocess=lambda batch: (batch / 255).transpose(0, 3, 1, 2))
    assert troubles(overridden) == []


def test_channels_first_that_fail() -> None:
    def first(batch: np.ndarray) -> np.ndarray:
        if batch.shape[1] != 3:
            raise RuntimeError("expected 3 channels")
        return sure(batch.transpose(0, 2, 3, 1))

    preflight = checked(first)
    assert troubles(preflight) == ["Answers"]
    assert "it wants channels first" in preflight.summary


def test_a_model_with_dropout_on() -> None:
    rng = np.random.default_rng(0)

    def dropping(batch: np.ndarray) -> np.ndarray:
        return likeness(batch * (rng.random(batch.shape) > 0.1))

    preflight = checked(dropping)
    assert of(preflight, "Repeatable")[0] == "wrong"
    assert "model.eval()" in of(preflight, "Repeatable")[1]
    assert of(preflight, "Batch")[0] == "unknown"


def test_a_model_with_batch_normalisation_in_training_mode() -> None:
    def normalising(batch: np.ndarray) -> np.ndarray:
        mean, deviation = batch.mean(axis=(0, 1, 2)), batch.std(axis=(0, 1, 2)) + 1e-3
        return likeness(60 * (batch - mean) / deviation + 120)

    preflight = checked(normalising)
    assert of(preflight, "Repeatable")[0] == "ok"
    assert of(preflight, "Batch")[0] == "wrong"
    assert of(preflight, "Hiding")[0] == "wrong", "hiding nothing moves it, too"
    assert "batch_size=1" in of(preflight, "Batch")[1]


def test_hiding_nothing_moves_a_model_that_wears_out() -> None:
    calls = []

    def wearing(batch: np.ndarray) -> np.ndarray:
        calls.append(len(batch))
        return sure(batch) * np.float32(0.5 if sum(calls) > 2 else 1)

    verdict, words = of(checked(wearing, output="sigmoids"), "Hiding")
    assert verdict == "wrong"
    assert "With no cell hidden the answer moves by 49 points" in words


def test_a_model_that_does_not_look() -> None:
    verdict, words = of(checked(lambda batch: sure(0 * batch + PATTERN)), "Hiding")
    assert verdict == "wrong"
    assert "does not look at the picture" in words


def test_a_fill_that_hides_too_little() -> None:
    fine = GridExplainer(sure, 32, fill="cell-mean").check(PICTURE)
    verdict, words = of(fine, "Hiding")
    assert verdict == "warning"
    assert "With every cell hidden by cell-mean on a grid of 32×32" in words
    assert troubles(GridExplainer(sure, 2, fill="cell-mean").check(PICTURE)) == []


def test_a_target_near_chance() -> None:
    explainer = GridExplainer(brightness, 4, labels=["dark", "bright"])
    verdict, words = of(explainer.check(np.full((8, 8, 3), 120, np.uint8)), "Chance")
    assert verdict == "warning"
    assert "“dark” has 52.9%, and chance is 50.0%" in words
    assert of(explainer.check(np.full((8, 8, 3), 250, np.uint8)), "Chance")[0] == "ok"
    verdict, words = of(explainer.check(np.full((8, 8, 3), 250, np.uint8), "dark"), "Chance")
    assert verdict == "warning"


def test_the_picture_alone_is_told_in_each_explanation() -> None:
    explainer = GridExplainer(brightness, 4, input_shape=(8, 8), fill="black", preprocess="0..255")
    squeezed = explainer.explain(np.full((20, 80, 3), 250, np.uint8))
    assert any("squeezed from 80×20 to 8×8" in note for note in squeezed.notes)
    square = explainer.explain(np.full((20, 20, 3), 250, np.uint8))
    assert not any("squeezed" in note or "Technical" in note for note in square.notes)


@pytest.mark.parametrize(
    ("size", "seen", "words"),
    [
        ((3024, 4032), (224, 224), None),  # a phone's photograph
        ((480, 640), (224, 224), None),
        ((128, 128), (224, 224), None),
        ((1080, 1920), (224, 224), "1.8 times narrower"),
        ((900, 400), (224, 224), "2.2 times flatter"),
        ((1000, 1000), (32, 32), "31 times smaller"),
        ((28, 28), (224, 224), "8.0 times larger"),
        ((3000, 4000), (3000, 4000), "Say input_shape=(224, 224)"),
    ],
)
def test_sizes(size: tuple[int, int], seen: tuple[int, int], words: str | None) -> None:
    check = size_check(size, seen)
    assert check.verdict == ("warning" if words else "ok")
    assert (words or "The model sees") in check.sentence


def test_a_model_that_fails_is_a_row_of_the_table() -> None:
    def failing(batch: np.ndarray) -> np.ndarray:
        raise RuntimeError("the graphics card caught fire.")

    preflight = checked(failing)
    assert preflight.concerns == (
        "The model failed while it was checked: RuntimeError: the graphics card caught fire.",
    )


def test_several_sigmoids_need_not_sum_to_anything() -> None:
    model = TopLeft(4)
    preflight = checked(lambda batch: model(batch)[:, :2] * np.float32([0.5, 1]))
    verdict, words = of(preflight, "Outputs")
    assert verdict == "ok"
    assert words.startswith("2 probabilities that do not sum to 1")
    assert "Chance" not in [check.name for check in preflight.checks]


def test_by_itself_once_for_a_model() -> None:
    calls = []

    def counting(batch: np.ndarray) -> np.ndarray:
        calls.append(len(batch))
        return sure(batch)

    explainer = GridExplainer(counting, 4, fill="gray", joint=False)
    first = explainer.explain(PICTURE)
    check = 9 + 4 * 2 + 1  # probes, the other ranges, all cells hidden
    assert sum(calls) == 17 + check
    assert first.checked == explainer.checked
    assert explainer.checked.summary in repr(explainer)
    explainer.explain(PICTURE)
    assert sum(calls) == 2 * (17 + check), "as nothing tells the range"

    calls.clear()
    explainer = GridExplainer(counting, 4, fill="gray", preprocess="0..255", joint=False)
    explainer.explain(PICTURE)
    explainer.explain(PICTURE)
    assert sum(calls) == 17 + 9 + 1 + 17


def test_what_is_wrong_goes_with_the_explanation(tmp_path) -> None:
    explanation = GridExplainer(sure, 4, output="logits").explain(PICTURE)
    assert 'Say output="softmax"' in repr(explanation)
    again = type(explanation).load(explanation.save(tmp_path / "told"))
    assert again.checked == explanation.checked
    assert again.notes == explanation.notes


def test_the_table() -> None:
    preflight = checked(lambda batch: sure(batch[..., ::-1]))
    lines = str(preflight).splitlines()
    assert lines[0].startswith("✓ Outputs      Probabilities")
    assert any(line.startswith("! Channels") for line in lines)
    assert any(line.strip().startswith("→ If that is right, say") for line in lines)
    assert lines[-1] == preflight.summary
    assert Preflight.of_record(json.loads(json.dumps(preflight.record))) == preflight


def test_the_table_escapes_what_a_model_says() -> None:
    explainer = GridExplainer(brightness, 4, labels=["<b>dark</b>", "bright"])
    page = explainer.check(np.full((8, 8, 3), 120, np.uint8))._repr_html_()
    assert "<b>" not in page
    assert "&lt;b&gt;dark" in page


NO_RECORDS = [
    {},
    {"checks": [], "pictures": 1},
    {"checks": [1]},
    {"checks": [["a", "<b>", "c", "d"]], "pictures": 1},
]


@pytest.mark.parametrize("record", NO_RECORDS)
def test_a_record_that_is_none(record: dict) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        Preflight.of_record(record)


def test_a_range_that_nothing_tells_is_not_passed() -> None:
    explanation = GridExplainer(sure, 4, fill="gray", joint=False).explain(PICTURE)
    note = explanation.notes[-1]
    assert note.startswith("Technical check: In which range the model was trained is not known.")
    assert '"0..1" “class' in note, "the answers in other ranges, in figures and files as well"
    verdict, words = of(checked(sure), "Input range")
    assert verdict == "unknown"
    assert "As it is handed over now (none: 0..255): “class 0” 98.8%" in words
    assert '"0..1" “class' in words
    assert of(checked(sure, preprocess="0..255"), "Input range")[0] == "ok"


def test_a_model_that_is_certain_of_anything_has_too_wide_a_range() -> None:
    rng = np.random.default_rng(2)
    kernel = rng.standard_normal((32 * 32 * 3, 5)) / 50

    def network(batch: np.ndarray) -> np.ndarray:  # meant for 0..1: thousands of log-odds in 0..255
        return 20 * (batch.reshape(len(batch), -1) @ kernel) + [0, 1, 0, 0, 0]

    verdict, words = of(checked(network, output="logits"), "Input range")
    assert verdict == "warning"
    assert "sure of its pixels shuffled and the like, too" in words
    assert 'preprocess="0..1"' in words


def test_the_wrong_number_of_labels() -> None:
    preflight = checked(sure, labels=["a", "b"])
    assert "2 labels were given, but sure has 6 classes" in preflight.summary


def test_a_fill_that_fails_is_not_the_models_fault() -> None:
    preflight = checked(sure, fill=lambda pixels: pixels)
    assert troubles(preflight) == ["Hiding"]
    assert "The fill '<lambda>' failed: TypeError" in preflight.summary


def test_softmax_declared_as_sigmoids() -> None:
    verdict, words = of(checked(sure, output="sigmoids"), "Outputs")
    assert verdict == "warning"
    assert 'say output="softmax"' in words


def test_an_answer_that_depends_on_the_extremes_of_the_batch() -> None:
    def stretched(batch: np.ndarray) -> np.ndarray:
        return sure(255 * (batch - batch.min()) / np.ptp(batch) * (np.ptp(PATTERN) / 255))

    faint = (60 + PATTERN / 8).astype(np.uint8)
    assert of(checked(stretched, faint), "Batch")[0] == "wrong"


def test_trying_other_layouts_takes_no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(seconds: float) -> None:
        raise AssertionError("a probe that fails is not asked again")

    monkeypatch.setattr("time.sleep", never)

    def strict(batch: np.ndarray) -> np.ndarray:
        if batch.shape[1:] != (32, 32, 3):
            raise RuntimeError("no such picture")
        return sure(batch) * 0 + np.float32(1 / 6)

    checked(strict)


def test_one_channel_has_no_order() -> None:
    def grey(batch: np.ndarray) -> np.ndarray:
        return sure(np.repeat(batch, 3, axis=-1) * np.float32(255))

    _, words = of(checked(grey, input_shape=(32, 32, 1)), "Input range")
    assert "bgr" not in words
    assert "caffe" not in words


LARGE = np.kron(RNG.integers(0, 256, (4, 3, 3)), np.ones((256, 256, 1))).astype(np.uint8)
"""1024×768: a copy of 512×384 has the same colours."""


class Reddish:
    """Two classes, by how red a picture is; keeps the shapes of the batches that it is given."""

    def __init__(self, *sizes: tuple[int, int]) -> None:
        self.sizes = sizes
        self.shapes: list[tuple[int, ...]] = []

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        self.shapes.append(batch.shape)
        if self.sizes and batch.shape[1:3] not in self.sizes:
            raise RuntimeError("no such size")
        red = np.clip(batch[..., 0].mean(axis=(1, 2)) / 255, 0, 1)
        return np.stack([1 - red, red], axis=1)


def looked_at(
    model: object,
    at_once: int,
    picture: np.ndarray = LARGE,
    fill: object = "gray",
    **overrides: object,
) -> Preflight:
    run = Run.of(as_classifier(model, **overrides), read_picture(picture), 4, parse_fill(fill))
    return drain(model_checks(run.classifier, run.masker, layouts=True, at_once=at_once))


@pytest.mark.parametrize("at_once", [1, 2, 64])
def test_no_more_pictures_at_once_than_are_allowed(at_once: int) -> None:
    model = Reddish()
    preflight = looked_at(model, at_once, PICTURE)
    # Nothing tells the range, so that others are tried, and one in which anything is certain.
    assert max(shape[0] for shape in model.shapes) == min(at_once, 5)
    assert sum(shape[0] for shape in model.shapes) == preflight.pictures
    verdict, words = of(preflight, "Batch")
    assert (verdict, "one by one" in words) == (
        ("unknown", True) if at_once == 1 else ("ok", False)
    )
    others = [check for check in preflight.checks if check.name != "Batch"]
    usual = looked_at(Reddish(), 5, PICTURE)
    assert others == [check for check in usual.checks if check.name != "Batch"]


def test_a_model_of_any_size_is_shown_a_copy_of_a_large_picture() -> None:
    def own(pixels: np.ndarray, hidden: np.ndarray) -> np.ndarray:
        return np.full((1024, 768, 3), 51) * hidden[..., np.newaxis]  # of the picture's own size

    model = Reddish()
    preflight = looked_at(model, 5, fill=own)
    assert {shape[1:3] for shape in model.shapes if shape[-1] == 3} == {(512, 384)}
    assert of(preflight, "Outputs")[1].endswith("The model was shown a copy of 384×512 pixels.")


def test_the_checks_percentages_are_the_maps() -> None:
    model = Reddish()  # a copy of the picture has another mean, the hidden one none at all
    uneven = LARGE.copy()
    uneven[::7] = 0
    explainer = GridExplainer(model, 4, fill="blur")
    explanation = explainer.explain(uneven)
    hidden = explainer.start_run(uneven).masker.masked(range(16))[..., 0].mean() / 255
    words = of(explanation.checked, "Hiding")[1]
    assert f"“class 0” still has {1 - hidden:.1%}" in words
    assert f"and {explanation.baseline:.1%} with none" in words
    assert f"“class 0” {explanation.baseline:.1%}" in of(explanation.checked, "Input range")[1]
    other = explainer.freeze(fully_asked(explainer, uneven), "class 1")
    assert "“class 1” still has" in of(other.checked, "Hiding")[1], "another target, at no call"


def fully_asked(explainer: GridExplainer, picture: np.ndarray) -> Run:
    """A run that knows the picture, and what is left of it with all cells hidden."""
    run = explainer.start_run(picture)
    for _ in run.ask([(), tuple(range(len(run.grid)))]):
        pass
    return run


def test_what_is_said_of_hiding_is_of_this_map() -> None:
    explainer = GridExplainer(sure, 4, fill="gray", preprocess="0..255")
    assert "gray on a grid of 4×4" in of(explainer.explain(PICTURE).checked, "Hiding")[1]
    explainer.grid_size = (2, 2)
    later = explainer.explain(PICTURE)
    assert of(later.checked, "Hiding") == ("ok", "Hiding nothing changes nothing."), "nobody asked"
    told = explainer.checked_on(fully_asked(explainer, PICTURE), None)
    assert "gray on a grid of 2×2" in of(told, "Hiding")[1]


@pytest.mark.parametrize("overrides", [{}, {"input_shape": (1024, 768, 3)}])
def test_a_model_of_one_size_is_shown_the_picture(
    overrides: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail("it does not take the size"))
    model = Reddish((1024, 768))
    preflight = looked_at(model, 5, **overrides)
    assert troubles(preflight) == []
    assert "copy" not in of(preflight, "Outputs")[1]
    assert any(shape[1:] == (512, 384, 3) for shape in model.shapes) == (not overrides)
