import base64
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gridexplainer_widget import Explanation, Grid, GridExplainer, GridExplainerWidget
from gridexplainer_widget.core.scores import SCORES
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.inference.two_maps import MapName
from gridexplainer_widget.results import page
from gridexplainer_widget.results.headline import foretells_record, headline_records
from tests.support.elements import EVIL, Elements
from tests.support.models import weights

PICTURE = np.random.default_rng(0).integers(0, 256, (13, 11, 3)).astype(np.uint8)


def record(html: str) -> dict:
    return json.loads(Elements(html).texts["script"][0])


def floats(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4")


def pixels(text: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(text.rsplit(",", maxsplit=1)[-1]))))


@pytest.fixture(scope="module")
def explanation() -> Explanation:
    return GridExplainer(weights, (3, 4), fill="blur", labels=list("abcd")).explain(PICTURE, "c")


def thousand(rows: int, columns: int) -> Explanation:
    """Random answers of a model of 1,000 classes."""
    rng = np.random.default_rng(0)
    vectors = rng.dirichlet(np.full(1000, 0.02), (rows, columns)).astype(np.float32)
    picture = rng.integers(0, 256, (64, 64, 3)).astype(np.uint8)
    return Explanation(
        picture=picture,
        pixels=picture.astype(np.float32),
        replacement=255 - picture,
        grid=Grid(rows, columns, 64, 64),
        vectors=vectors,
        failed=np.zeros((rows, columns), np.bool_),
        baseline_vector=rng.dirichlet(np.full(1000, 0.02)).astype(np.float32),
        target=998,
        labels=tuple(f"class {i}" for i in range(1000)),
        score="probability",
        fill="noise",
        model="model",
        preprocessing="none",
        seconds=1.0,
        settings={"output": "softmax"},
    )


def test_the_page_has_pythons_numbers(explanation: Explanation) -> None:
    known = record(explanation.to_html())
    assert known["classes"] == [0, 1, 2, 3]
    np.testing.assert_array_equal(floats(known["baseline"]), explanation.baseline_vector)
    np.testing.assert_array_equal(floats(known["vectors"]), explanation.vectors.ravel())
    for score in SCORES:
        drops = floats(known["answers"][score]["drops"]).reshape(4, 3, 4)
        for target in range(4):
            expected = explanation.for_target(target).for_score(score).drops
            np.testing.assert_array_equal(drops[target], expected)


def test_the_page_has_the_pictures(explanation: Explanation) -> None:
    known = record(explanation.to_html())
    np.testing.assert_array_equal(pixels(known["picture"]), PICTURE)
    np.testing.assert_array_equal(pixels(known["replacement"]), explanation.replacement)
    assert known["seen"] is None
    seen = explanation.seen // 2
    other = record(replace(explanation, pixels=seen.astype(np.float32)).to_html())
    np.testing.assert_array_equal(pixels(other["seen"]), seen)


def test_every_target_has_its_own_notes() -> None:
    sure = replace(
        thousand(1, 2),
        vectors=np.float32([[[0.99, 0.01], [0.98, 0.02]]]),
        baseline_vector=np.float32([0.99, 0.01]),
        labels=("yes", "no"),
        target=1,
    )
    answers = record(sure.to_html())["answers"]
    assert answers["probability"]["saturated"] == [True, False]
    assert answers["log-odds"]["saturated"] == [False, False]
    for score, answer in answers.items():
        expected = [list(sure.for_target(i).for_score(score).notes) for i in range(2)]
        assert answer["notes"] == expected


@pytest.mark.parametrize("chosen", [None, "alone", "together"])
def test_every_target_has_both_maps(explanation: Explanation, chosen: MapName | None) -> None:
    known = record(explanation.with_map(chosen).to_html())
    assert known["state"]["map"] == (chosen or "")
    for score, answer in known["answers"].items():
        maps = floats(answer["together"]).reshape(4, 3, 4)
        for target, said in enumerate(answer["headlines"]):
            assert said == headline_records(explanation.for_target(target).for_score(score))
        for target, (together, foretells) in enumerate(zip(maps, answer["foretells"], strict=True)):
            expected = explanation.for_target(target).for_score(score)
            np.testing.assert_array_equal(together, expected.maps["together"])
            assert foretells == foretells_record(expected)
            assert foretells["together"]["text"]


def test_a_page_of_single_cells_has_no_trace_of_another_map() -> None:
    known = record(GridExplainer(weights, 3, joint=False).explain(PICTURE).to_html())
    for answer in known["answers"].values():
        assert answer["together"] == ""
        assert not any(answer["foretells"])


def test_a_partial_explanation(explanation: Explanation) -> None:
    vectors = explanation.vectors.copy()
    vectors[1, 2] = np.nan
    known = record(replace(explanation, vectors=vectors).to_html())
    assert known["done"] == 11
    drops = floats(known["answers"]["probability"]["drops"]).reshape(4, 12)
    assert np.isnan(drops[:, 6]).all()
    assert np.isfinite(np.delete(drops, 6, axis=1)).all()
    assert "Partial: 11 of 12 cells" in known["answers"]["probability"]["notes"][0][0]


def test_nothing_but_the_whole_picture(explanation: Explanation) -> None:
    known = record(
        replace(explanation, vectors=np.full_like(explanation.vectors, np.nan)).to_html()
    )
    assert known["done"] == 0
    assert known["others"] == []


def test_the_classes_are_the_target_the_top_and_what_wins_without_a_cell() -> None:
    one_winner = np.zeros((2, 2, 1000), np.float32)
    one_winner[..., 500] = 1
    one_winner[0, 0] = np.eye(1000)[600]
    big = replace(
        thousand(2, 2),
        vectors=one_winner,
        baseline_vector=np.linspace(1, 0, 1000, dtype=np.float32),
    )
    assert page.shown_classes(big) == [*range(10), 500, 600, 998]


def test_an_answer_that_is_not_among_the_classes_is_named() -> None:
    big = thousand(8, 8)
    known = record(big.to_html())
    labels = dict(known["labels"])
    assert len(known["classes"]) == page.MAX_CLASSES
    winners = big.vectors.reshape(64, -1).argmax(axis=-1)
    told = {cell: index for cell, index, _, _ in known["others"]}
    assert told == {c: i for c, i in enumerate(winners) if i not in known["classes"]}
    for cell, index, before, after in known["others"]:
        assert labels[index] == f"class {index}"
        assert before == big.baseline_vector[index]
        assert after == big.vectors.reshape(64, -1)[cell, index]


def test_16_by_16_cells_and_1000_classes_are_less_than_a_megabyte_beside_the_pictures() -> None:
    html = thousand(16, 16).to_html()
    known = record(html)
    pictures = len(known["picture"]) + len(known["replacement"])
    assert len(html.encode()) - pictures < 1_000_000


def test_it_begins_with_what_is_asked(explanation: Explanation) -> None:
    state = {"target": "a", "score": "log-odds", "value": ((0, 1),), "keep": True, "opacity": 0.5}
    known = record(page.to_html(explanation, state=state))["state"]
    assert known == {
        **page.INITIAL_STATE,
        "fill": "blur",
        "target": 0,
        "contrast": None,
        "score": "log-odds",
        "value": [[0, 1]],
        "keep": False,  # nothing is known of what is left alone
        "opacity": 0.5,
    }


def test_it_begins_as_a_widget_does() -> None:
    traits = GridExplainerWidget.class_traits()
    for name, value in page.INITIAL_STATE.items():
        default = traits[name].default_value
        assert (list(default) if name == "value" else default) == value


def test_names_do_no_harm(explanation: Explanation) -> None:
    evil = replace(explanation, labels=EVIL, model=EVIL[0], fill=EVIL[1], target=2)
    for target, label in enumerate(EVIL):
        html = evil.for_target(target).to_html()
        elements = Elements(html)
        tags = [tag for tag, _ in elements.found]
        plain = [tag for tag, _ in Elements(explanation.to_html()).found]
        assert tags == plain
        assert elements.texts["h1"][0].startswith(f"{shown(label)}: ")
        assert elements.texts["title"][0].startswith(f"{shown(label)}: ")
        known = record(html)
        assert [text for _, text in known["labels"]] == list(map(shown, EVIL))
        assert (known["about"]["model"], known["state"]["fill"]) == EVIL[:2]
        assert "\u2028" not in elements.texts["script"][0]


def test_only_the_pages_own_script_may_run(explanation: Explanation) -> None:
    elements = Elements(explanation.to_html())
    metas = [attributes for tag, attributes in elements.found if tag == "meta"]
    (policy,) = [m["content"] for m in metas if m.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in policy.split(";")[1]
    script = (page.STATIC / "explorer_page.js").read_text(encoding="utf-8")
    assert elements.texts["script"][1] == script


def test_it_is_written_to_a_file(explanation: Explanation, tmp_path: Path) -> None:
    path = explanation.to_html(tmp_path / "seen by a model.html")
    assert path == tmp_path / "seen by a model.html"
    assert path.read_bytes().decode() == explanation.to_html()


def test_the_answer_about_selected_cells_is_in_the_page() -> None:
    widget = GridExplainer(weights, 4, fill="black").explore(PICTURE)
    cells = [(2, 1), (0, 0), (3, 3)]
    for keep in (False, True):
        widget.wait(20)
        widget.select(cells, keep=keep)
        widget.wait(20)
        known = record(str(widget.to_html()))
        selection, target = known["selection"], known["classes"].index(widget.prediction["target"])
        assert (selection["value"], selection["keep"]) == ([list(cell) for cell in cells], keep)
        assert selection["drops"]["probability"][target] == widget.evidence["drop"]
        after = {index: after for index, _, after in widget.evidence["classes"]}
        vector = dict(zip(known["classes"], floats(selection["vector"]).tolist(), strict=True))
        assert {index: vector[index] for index in after} == after
    widget.clear()
    assert record(str(widget.to_html()))["selection"] is None


def test_a_page_that_knows_nothing_of_what_is_kept_begins_with_what_is_hidden(
    explanation: Explanation,
) -> None:
    html = page.to_html(explanation, state={"value": [(0, 0)], "keep": True})
    assert record(str(html))["state"]["keep"] is False


def test_failed_cells_are_failed_in_the_page(explanation: Explanation) -> None:
    failed = np.zeros(explanation.grid.shape, np.bool_)
    failed[1, 2] = True
    vectors = explanation.vectors.copy()
    vectors[1, 2] = np.nan
    known = record(replace(explanation, vectors=vectors, failed=failed).to_html())
    drops = floats(known["answers"]["probability"]["drops"]).reshape(4, 3, 4)
    assert np.isposinf(drops[:, 1, 2]).all()
    assert np.isfinite(drops).sum() == 4 * 11
    assert "For 1 cell the model gave no number" in known["answers"]["probability"]["notes"][0][0]


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["crane", "dog", "crane", ""], ["crane (0)", "dog", "crane (2)", "(3)"]),
        ([" ", " cat", "a", "b"], ["(0)", "cat", "a", "b"]),
    ],
)
def test_names_tell_classes_apart(
    explanation: Explanation, labels: list[str], names: list[str]
) -> None:
    named = replace(explanation, labels=tuple(labels))
    assert [name for _, name in record(named.to_html())["labels"]] == names
    assert Elements(named.for_target(0).to_html()).texts["h1"][0].startswith(f"{names[0]}: ")


def test_a_large_page_of_noise_stays_small() -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (640, 640, 3)).astype(np.uint8)
    noisy = GridExplainer(lambda b: weights(b[:, ::40, ::40]), 16, fill="noise").explain(picture)
    html = noisy.to_html()
    known = record(html)
    assert len(html) - len(known["picture"]) < 2**20
    difference = pixels(known["replacement"]).astype(int) - noisy.replacement
    assert np.abs(difference).mean() < 16  # of values that are spread over 0..255
