"""The page of a case: what it says, what it names as not computed, and that it harms nobody."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timezone
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridexplainer_widget import Explanation, GridExplainer
from gridexplainer_widget.results.case.read import read_case
from gridexplainer_widget.results.report import report_html
from tests.support.models import TopLeft, brightness, weights

PICTURE = np.random.default_rng(0).integers(0, 256, (8, 8, 3)).astype(np.uint8)

LABELS = ["dark", "bright"]


class Page(HTMLParser):
    """Collects a page's tags, and its text by heading."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags = list[tuple[str, dict[str, str | None]]]()
        self.parts: dict[str, str] = {"": ""}
        self._heading, self._in_heading = "", False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "h2":
            self._in_heading, self._heading = True, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "h2":
            self._in_heading = False
            self.parts[self._heading] = ""

    def handle_data(self, data: str) -> None:
        if self._in_heading:
            self._heading += data
        else:
            self.parts[self._heading] = self.parts.get(self._heading, "") + data


def explained(model: Any = brightness, target: Any = "bright", **settings: Any) -> Explanation:
    explainer = GridExplainer(model, 2, **{"fill": "black", "labels": LABELS, **settings})
    return explainer.explain(PICTURE, target)


def test_it_names_what_was_not_computed_with_the_line_that_computes_it() -> None:
    page = Page(str(replace(explained(), checked=None).report()))
    for heading, line in [
        ("Hidden in other ways", "explainer.certainty(explanation)"),
        ("Enough, and needed", "explainer.minimal_sets(explanation)"),
        ("Against chance", 'report("case.html", audit=explainer.faithfulness(explanation))'),
        ("Other methods", 'report("case.html", comparison=explainer.compare(img))'),
        ("The model's technical check", "explainer.check(img)"),
    ]:
        assert page.parts[heading].startswith("Not computed")
        assert line in page.parts[heading]


def test_it_asks_the_model_nothing() -> None:
    model = TopLeft(4)
    explanation = explained(model, 1, labels=list("abc"))
    asked = len(model.batches)
    explanation.report()
    assert len(model.batches) == asked


def test_one_call_computes_and_writes_everything(tmp_path: Path) -> None:
    explainer = GridExplainer(weights, 3, fill="black", labels=list("abcd"))
    path = explainer.report(PICTURE, tmp_path / "case.html", "b", methods=["rise"])
    parts = Page(path.read_text(encoding="utf-8")).parts
    assert not [heading for heading, text in parts.items() if "Not computed" in text]
    hidden = parts["Hidden in other ways"]
    assert "in at least 7 of 8 ways" in hidden or "No cell is sure" in hidden
    assert "noise" in parts["Hidden in other ways"]
    assert "RISE" in parts["Other methods"]
    assert "SRG of nine of ten random" in parts["Against chance"]
    assert "Audit, with random orders" in parts["What it was made from"]
    explanation = explainer.explanation
    assert explanation is not None
    assert explanation.certainty is not None
    assert explanation.minimal_sets is not None
    assert read_case(path).facts["audit"]["calls"] > 0


def test_it_tells_the_answer_and_what_it_was_made_from() -> None:
    explanation = explained(seed=3)
    written = datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone.utc)
    page = report_html(explanation, written=written)
    parts = Page(page).parts
    mean = PICTURE.mean() / 255
    assert "Why “bright”?" in parts[""]
    assert f"{100 * mean:.1f}%" in parts[""]
    assert "This page certifies nothing." in parts[""]
    made = parts["What it was made from"]
    for told in ["2026-03-04 05:06:07 UTC", "black, 3", "4 of 4", "the model shows no weights"]:
        assert told in made, told
    assert re.search(r"What the model was given, SHA-256[0-9a-f]{64}", made)
    assert report_html(explanation, written=written) == page


def test_it_runs_nothing_and_fetches_nothing() -> None:
    page = str(explained().report())
    found = Page(page)
    scripts = [attributes for tag, attributes in found.tags if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "facts"}]
    policy = next(a["content"] for tag, a in found.tags if "http-equiv" in a)
    assert policy == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    links = [a.get("href") or a.get("src") or "" for _, a in found.tags]
    assert all(link.startswith(("data:", "#")) for link in links if link)


@pytest.mark.parametrize("evil", ["</script><script>alert(1)", '" onload="x', "<img src=x>"])
def test_labels_and_names_are_text(evil: str) -> None:
    made = explained(target=1, labels=["dark", evil])
    explanation = replace(made, model=evil, preprocessing=evil)
    page = str(explanation.report())
    tags = [tag for tag, _ in Page(page).tags]
    assert tags.count("script") == 1
    assert [tag for tag, attributes in Page(page).tags if "onload" in attributes] == []
    assert tags.count("img") == 0
    assert evil not in page.replace(json.dumps(evil), "")


def test_settings_of_a_stranger_are_shown_and_not_believed(tmp_path: Path) -> None:
    odd = {"digests": 3, "preprocess": "x", "software": [1], "engine": None}
    explanation = explained()
    path = tmp_path / "case.html"
    replace(explanation, settings={**explanation.settings, **odd}).report(path)
    assert "no digest" not in path.read_text(encoding="utf-8")
    odd = {"digests": {"weights": "<b>"}, "software": {"<b>": "<b>"}, "preprocess": [1]}
    page = str(replace(explanation, settings={**explanation.settings, **odd}).report())
    assert "<b>" not in page


def test_the_data_inside_are_the_explanation(tmp_path: Path) -> None:
    explanation = explained()
    path = explanation.report(tmp_path / "case.html")
    loaded = Explanation.load(path)
    assert np.array_equal(loaded.values, explanation.values)
    assert loaded.settings["digests"] == explanation.settings["digests"]
    assert str(loaded) == str(explanation)


def test_a_comparison_of_something_else_is_refused() -> None:
    explainer = GridExplainer(brightness, 2, fill="black", labels=LABELS)
    explanation = explainer.explain(PICTURE, "bright")
    other = explainer.compare(255 - PICTURE, ["occlusion"], "bright")
    with pytest.raises(ValueError, match="another picture or grid"):
        explanation.report(comparison=other)
    dark = explainer.compare(PICTURE, ["occlusion"], "dark")
    with pytest.raises(ValueError, match="another question"):
        explanation.report(comparison=dark)


def test_an_audit_of_a_comparison_is_the_maps_own() -> None:
    explainer = GridExplainer(weights, 2, fill="black", labels=list("abcd"))
    comparison = explainer.compare(PICTURE, ["occlusion", "rise"], "b")
    page = Page(str(comparison["occlusion"].report(comparison=comparison)))
    assert "SRG" in page.parts["Against chance"]
    assert "RISE" in page.parts["Other methods"]
    assert "Occlusion" not in page.parts["Other methods"]


def test_values_contrasts_and_unfinished_maps_have_pages() -> None:
    def years(batch: Any) -> Any:
        return batch.mean(axis=(1, 2, 3))[:, None].astype(np.float32)

    page = Page(str(explained(years, None, labels=["age"], output="value", unit="years").report()))
    assert "A model that returns values" in page.parts["Enough, and needed"]
    assert "years" in page.parts[""]
    assert "raises age" in page.parts[""]
    contrast = explained(weights, "b", labels=list("abcd")).for_contrast("c")
    assert "rather than “c”" in Page(str(contrast.report())).parts[""]
    part = explained()
    vectors = part.vectors.copy()
    vectors[0, 0] = np.nan
    assert "3 of 4" in str(replace(part, vectors=vectors, handfuls=None).report())
