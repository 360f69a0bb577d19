import base64
import hashlib
import json
import re

import numpy as np
import pytest

from gridexplainer_widget.results.comparison_page import RECORD_KEYS, comparison_html
from gridexplainer_widget.wire import comparison as compare_protocol
from gridexplainer_widget.wire.document import STATIC, Document
from tests.support.elements import EVIL, Elements

VALUES = np.array([0.5, -0.25], "<f4").tobytes()


def record(**changes: object) -> dict:
    """1×2 cells under one method."""
    known = {
        "picture": b"\x89PNG",
        "labels": ["cat", "dog"],
        "quantity": {"name": "probability", "unit": ""},
        "prediction": {"target": 1, "probability": 0.75, "top": [[1, 0.75], [0, 0.25]]},
        "grid": {"rows": 1, "columns": 2, "height": 5, "width": 7},
        "offered": [["occlusion", "Occlusion", False, ""]],
        "layers": [],
        "maps": [{"method": "occlusion", "layer": "", "values": VALUES, "figures": {}}],
        "progress": [None],
        "evidence": {},
        "fills": ["gray"],
        "status": "done",
        "error": "",
        "metrics": [],
        "map_fills": [],
        "reading": "",
        "methods": [["occlusion", ""]],
        "target": 1,
        "contrast": None,
        "value": [],
        "randomise": False,
        "grid_size": [1, 2],
        "map_fill": "cell-mean",
        "answers": [[[1, 0.75, 0.25]], None],
    }
    return {**known, **changes}


def embedded(html: str) -> dict:
    return json.loads(Elements(html).texts["script"][0])


def test_the_page_has_the_record_with_bytes_as_base64() -> None:
    known = embedded(comparison_html(record(), "dog: 75.0%", "a model"))
    assert base64.b64decode(known["picture"]) == b"\x89PNG"
    values = base64.b64decode(known["maps"][0]["values"])
    np.testing.assert_array_equal(np.frombuffer(values, "<f4"), np.float32([0.5, -0.25]))
    rest = {name: value for name, value in known.items() if name not in {"picture", "maps"}}
    expected = record()
    assert rest == {name: expected[name] for name in rest}


def test_bytes_that_are_base64_already_are_left_alone() -> None:
    text = base64.b64encode(b"\x89PNG").decode()
    assert embedded(comparison_html(record(picture=text), "", ""))["picture"] == text


def test_the_page_knows_every_trait() -> None:
    traits = compare_protocol.KERNEL_TRAITS + compare_protocol.FRONT_END_TRAITS
    assert sorted(RECORD_KEYS) == sorted((*traits, "answers"))


def test_what_the_page_does_not_know_stays_out_of_it() -> None:
    assert set(embedded(comparison_html(record(more=1), "", ""))) == set(RECORD_KEYS)


def test_the_page_allows_its_own_script_alone() -> None:
    html = comparison_html(record(), "dog", "a model")
    elements = Elements(html)
    script = elements.texts["script"][1]
    assert script == (STATIC / "comparison_page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(meta["content"] for tag, meta in elements.found if meta.get("http-equiv"))
    assert f"script-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert not re.search(r"connect-src|https?:|unsafe-eval", policy)
    assert not [meta for tag, meta in elements.found if "src" in meta or "href" in meta]


@pytest.mark.parametrize("text", EVIL)
def test_text_stays_text(text: str) -> None:
    plain = Elements(comparison_html(record(), "", ""))
    elements = Elements(comparison_html(record(labels=[text, "dog"], error=text), text, text))
    assert [tag for tag, _ in elements.found] == [tag for tag, _ in plain.found]
    seen = text.encode("utf-8", "replace").decode()
    assert elements.texts["h1"] == [seen]
    assert elements.texts["title"] == [seen]
    assert elements.texts["p"] == [seen]
    assert json.loads(elements.texts["script"][0])["labels"][0] == text


def test_title_and_subtitle_have_their_places() -> None:
    elements = Elements(comparison_html(record(), "dog: 75.0%", "a model · 1×2 cells"))
    assert elements.texts["title"] == elements.texts["h1"] == ["dog: 75.0%"]
    assert elements.texts["p"] == ["a model · 1×2 cells"]
    assert elements.found[0] == ("html", {"lang": "en"})


def test_what_is_missing_is_named() -> None:
    known = record()
    del known["grid"], known["answers"]
    with pytest.raises(ValueError, match=r"record lacks grid, answers\. Wanted is each of picture"):
        comparison_html(known, "", "")


def test_answers_are_one_for_each_cell() -> None:
    with pytest.raises(ValueError, match="answers for 1 cells, and its grid has 2"):
        comparison_html(record(answers=[None]), "", "")


def test_a_record_without_a_grid_has_no_answers() -> None:
    assert embedded(comparison_html(record(grid={}, answers=[]), "", ""))["grid"] == {}


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_json_lacks_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        comparison_html(record(prediction={"probability": number}), "", "")


def test_what_json_does_not_hold_is_named() -> None:
    page = Document(title="", heading="", line="", script="", style="")
    with pytest.raises(TypeError, match=r"A record has \{1\} in it\. Wanted is what JSON holds"):
        page.html({"labels": {1}})
