"""Zero-shot pipelines of Hugging Face, made of configurations: nothing is fetched."""

import json
from pathlib import Path

import numpy as np
import pytest
import transformers
from PIL import Image

from gridexplainer_widget import Classifier, GridExplainer, as_classifier
from tests.support.pytorch import torch

PICTURE = np.random.default_rng(2).integers(0, 256, (32, 32, 3), np.uint8)
LABELS = ["a cat", "a dog", "an ant"]
SMALL = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "initializer_range": 0.5,
}
VISION = {**SMALL, "image_size": 32, "patch_size": 8}
TEXT = {**SMALL, "vocab_size": 60, "max_position_embeddings": 64}


def clip() -> transformers.PreTrainedModel:
    torch.manual_seed(0)
    text = {**TEXT, "bos_token_id": 52, "eos_token_id": 53}
    config = transformers.CLIPConfig(text_config=text, vision_config=VISION, projection_dim=8)
    return transformers.CLIPModel(config).eval()


def siglip() -> transformers.PreTrainedModel:
    torch.manual_seed(0)
    config = transformers.SiglipConfig(text_config=TEXT, vision_config=VISION)
    model = transformers.SiglipModel(config).eval()
    with torch.no_grad():  # they are random, and all sigmoids would be 0 or 1
        model.logit_scale.fill_(0.5)
        model.logit_bias.fill_(-0.3)
    return model


def pipeline(
    model: transformers.PreTrainedModel, folder: Path, **settings: object
) -> transformers.Pipeline:
    letters = [letter + end for end in ("", "</w>") for letter in "abcdefghijklmnopqrstuvwxyz"]
    words = [*letters, "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: n for n, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    processor = transformers.CLIPImageProcessor(
        size={"height": 32, "width": 32}, do_center_crop=False, image_mean=[0.1, 0.2, 0.3]
    )
    return transformers.pipeline(
        "zero-shot-image-classification",
        model=model,
        tokenizer=transformers.CLIPTokenizer.from_pretrained(folder),
        image_processor=processor,
        **settings,
    )


def own(pipe: transformers.Pipeline, **settings: object) -> list[float]:
    """Return what the pipeline says of each label."""
    found = pipe(Image.fromarray(PICTURE), candidate_labels=LABELS, **settings)
    scores = {one["label"]: one["score"] for one in found}
    return [scores[label] for label in LABELS]


def answers(classifier: Classifier) -> np.ndarray:
    return classifier(PICTURE[np.newaxis].astype(np.float32))[0]


@pytest.mark.parametrize("make", [clip, siglip])
def test_it_says_what_the_pipeline_says(make: type, tmp_path: Path) -> None:
    pipe = pipeline(make(), tmp_path)
    classifier = as_classifier(pipe, labels=LABELS)
    np.testing.assert_allclose(answers(classifier), own(pipe), atol=1e-5)
    assert np.ptp(own(pipe)) > 0.01
    assert classifier.labels == tuple(LABELS)
    assert classifier.output == ("logits" if make is clip else "multilabel-logits")
    explanation = GridExplainer(pipe, 4, labels=LABELS).explain(PICTURE, "a dog")
    assert explanation.baseline == pytest.approx(own(pipe)[1], abs=1e-5)
    assert np.ptp(explanation.values) > 1e-3


def test_its_own_template_and_candidates(tmp_path: Path) -> None:
    pipe = pipeline(clip(), tmp_path, hypothesis_template="no {}", candidate_labels=LABELS)
    expected = own(pipe)
    assert np.abs(np.array(expected) - own(pipe, hypothesis_template="a {}")).max() > 1e-3
    np.testing.assert_allclose(answers(as_classifier(pipe)), expected, atol=1e-5)


def test_texts_are_embedded_once_and_again_where_the_model_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe, calls = pipeline(clip(), tmp_path), []
    embed = pipe.model.get_text_features
    monkeypatch.setattr(
        pipe.model, "get_text_features", lambda **texts: calls.append(1) or embed(**texts)
    )
    classifier = as_classifier(pipe, labels=LABELS)
    before = len(calls)
    first = answers(classifier)
    answers(classifier)
    assert len(calls) == before
    with torch.no_grad():
        pipe.model.text_projection.weight.mul_(-1)
    changed = answers(classifier)
    assert len(calls) == before + 1
    np.testing.assert_allclose(changed, own(pipe), atol=1e-5)
    assert np.abs(changed - first).max() > 1e-3


def test_a_model_that_cannot_embed_alone_is_given_the_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(self: object, **given: object) -> object:
        found = forward(self, **given)
        found.logits_per_image = found.logits_per_image * 2
        return found

    forward = transformers.CLIPModel.forward
    monkeypatch.setattr(transformers.CLIPModel, "forward", twice)
    pipe = pipeline(clip(), tmp_path)
    np.testing.assert_allclose(answers(as_classifier(pipe, labels=LABELS)), own(pipe), atol=1e-5)


@pytest.mark.parametrize("labels", [None, {0: "a cat", 2: "a dog"}])
def test_without_candidates_it_says_what_to_say(labels: object, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r'such as labels=\["a cat", "a dog"\]'):
        as_classifier(pipeline(clip(), tmp_path), labels=labels)
