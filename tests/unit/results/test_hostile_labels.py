"""Labels stay what they are, and do no harm wherever they are shown."""

import json
import warnings
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget import Comparison, Explanation, GridExplainer
from gridexplainer_widget.classifiers.labels import class_name
from gridexplainer_widget.cli.drops_table import table
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.methods.requests import parse_request
from gridexplainer_widget.results.comparison_data import Failure
from gridexplainer_widget.results.headline import headline_text
from tests.support.elements import Elements
from tests.support.hostile import HOSTILE
from tests.support.sizes import HANDFUL

PICTURE = np.random.default_rng(0).integers(0, 256, (16, 16, 3)).astype(np.uint8)


def model(batch: np.ndarray) -> np.ndarray:
    """How bright a picture is, in two classes."""
    bright = batch.mean((1, 2, 3), dtype=np.float64) / 255
    return np.stack([1 - bright, bright], 1)


@pytest.fixture(params=HOSTILE)
def label(request: pytest.FixtureRequest) -> str:
    return HOSTILE[request.param]


def explained(label: str, name: str = "model") -> Explanation:
    model.__name__ = name
    return GridExplainer(model, 2, labels=[label, "cat"], preprocess="0..255").explain(PICTURE, 0)


def harmless(text: str) -> bool:
    """Whether a terminal or a notebook can take it."""
    text.encode()
    return len(text) < 3000 and not set(text) & set("\x1b\x9b\r\0\x07\u202e\u2066")


def test_data_and_lookups_keep_the_label(label: str, tmp_path: Path) -> None:
    explanation = explained(label)
    assert explanation.labels == (label, "cat")
    assert explanation.label == label
    assert explanation.for_target("cat").for_target(label).target == 0
    loaded = Explanation.load(explanation.save(tmp_path / "named.npz"))
    assert loaded.labels == (label, "cat")


def test_texts_are_harmless(label: str) -> None:
    explanation = explained(label, name=label or "model")
    comparison = Comparison((explanation,))
    for text in (str(explanation), repr(explanation), str(comparison), table(explanation)):
        assert harmless(text)
        assert shown(label) in text.replace("'", "") or len(label) > 80
    with pytest.raises(ValueError, match="There is no class") as caught:
        explanation.for_target("x" * 199_999)
    assert harmless(str(caught.value))


def test_the_sentence_names_the_label_harmlessly(label: str) -> None:
    explanation = explained(label)
    asked, other = map(headline_text, (explanation, explanation.for_target("cat")))
    assert class_name(explanation.labels, 0) in asked
    for sentence in (asked, other):
        assert harmless(sentence)
        assert "\n" not in sentence
        assert len(sentence) < 500


@pytest.mark.parametrize("name", ["half surrogate", "long", "terminal", "mathtext", "no glyph"])
def test_figures_are_drawn_and_do_not_grow(name: str) -> None:
    explanation, plain = explained(HOSTILE[name]), explained("dog")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert explanation._repr_png_().startswith(b"\x89PNG")
    for style in ("signed", "original"):
        width, height = explanation.plot(style=style).get_size_inches()
        plain_width, plain_height = plain.plot(style=style).get_size_inches()
        assert width == plain_width
        assert plain_height <= height <= plain_height + 0.2 + 1e-9  # the sentence's second line


def test_a_sheet_is_drawn_and_does_not_grow() -> None:
    request = parse_request("rise")
    sheets = [
        Comparison((explained(label, name=label),), failures=(Failure(request, why),))
        for label, why in (("dog", "it " * 200), ("".join(HOSTILE.values()), "$\ud800\n" * 9000))
    ]
    plain, evil = (sheet.plot().get_size_inches() for sheet in sheets)
    assert evil.tolist() == plain.tolist()
    assert sheets[1]._repr_png_().startswith(b"\x89PNG")


def test_no_formula_and_no_command_is_read() -> None:
    with mpl.rc_context({"text.usetex": True}):  # TeX would run what begins with a backslash
        figure = explained(HOSTILE["mathtext"]).plot()
    named = [axes._left_title for axes in figure.axes if axes.get_title(loc="left")]
    assert len(named) == 2
    assert not any(text.get_parse_math() or text.get_usetex() for text in named)


def test_pages_are_harmless(label: str) -> None:
    explanation = explained(label, name=label or "model")
    for page in (explanation.to_html(), Comparison((explanation,)).to_html()):
        plain = explained("dog").to_html()
        assert len(page) < len(plain) + 100_000
        elements = Elements(page)
        assert elements.texts["h1"][0].startswith(shown(label.strip()))
        json.loads(elements.texts["script"][0])


def test_labels_that_look_alike_are_told_apart() -> None:
    ends = ["x" * 50 + str(number) + "x" * 50 for number in range(2)]
    explanation = GridExplainer(model, 2, labels=ends).explain(PICTURE, 0)
    script = Elements(explanation.to_html()).texts["script"][0]
    names = [name for _, name in json.loads(script)["labels"]]
    assert [name[-4:] for name in names] == [" (0)", " (1)"]


@HANDFUL
@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_any_label_can_be_shown(label: str) -> None:
    explanation = explained(label)
    str(explanation).encode()
    str(explanation.to_html()).encode()
