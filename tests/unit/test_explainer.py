import numpy as np
import pytest

from gridexplainer_widget import ClassifierError, ExplanationError, GridExplainer
from tests.support.models import Spoiled, brightness, weights

PICTURE = np.random.default_rng(0).integers(0, 256, (16, 16, 3)).astype(np.uint8)


def test_the_default_is_8_by_8_and_the_top_class() -> None:
    explainer = GridExplainer(weights)
    explanation = explainer.explain(PICTURE)
    assert explanation.drops.shape == (8, 8)
    assert explanation.target == int(explanation.baseline_vector.argmax())
    assert explanation.complete
    assert explainer.explanation is explanation


def test_a_target_by_index_and_by_label() -> None:
    explainer = GridExplainer(weights, 2, labels=["a", "b", "c", "d"])
    assert explainer.explain(PICTURE, 2).label == "c"
    assert explainer.explain(PICTURE, "d").target == 3


def test_an_unknown_target_fails_after_the_first_batch() -> None:
    seen = []

    def counting(batch: np.ndarray) -> np.ndarray:
        seen.append(len(batch))
        return weights(batch)

    with pytest.raises(ValueError, match="Did you mean 'cat'"):
        GridExplainer(counting, 16, labels=["cat", "dog", "owl", "fox"]).explain(PICTURE, "catt")
    assert len(seen) == 1


@pytest.mark.parametrize("spoil", ["nan", "raise"])
def test_what_was_scored_outlives_a_failure(spoil: str) -> None:
    explainer = GridExplainer(Spoiled(11, spoil), 4, batch_size=5)
    words = {"nan": "NaN or infinity", "raise": "caught fire"}[spoil]
    with pytest.raises(ExplanationError, match=words) as caught:
        explainer.explain(PICTURE, 1)
    partial = caught.value.explanation
    assert partial is explainer.explanation
    assert partial.done == {"nan": 10, "raise": 9}[spoil]
    assert f"after {partial.done} of 16 cells" in str(caught.value)
    expected = GridExplainer(brightness, 4).explain(PICTURE, 1).drops
    scored = np.isfinite(partial.drops)
    np.testing.assert_allclose(partial.drops[scored], expected[scored], atol=1e-6)
    assert explainer.visualize().axes


def test_an_interrupt_leaves_a_partial_explanation() -> None:
    explainer = GridExplainer(Spoiled(11, "interrupt"), 4, batch_size=5)
    with pytest.raises(KeyboardInterrupt):
        explainer.explain(PICTURE)
    assert explainer.explanation.done == 9
    assert explainer.explanation.notes[0] == "Partial: 9 of 16 cells have been scored."


def test_a_model_that_fails_at_once_raises_its_own_error() -> None:
    with pytest.raises(RuntimeError, match="caught fire"):
        GridExplainer(Spoiled(0, "raise")).explain(PICTURE)
    with pytest.raises(ClassifierError, match="whole picture"):
        GridExplainer(Spoiled(0, "nan")).explain(PICTURE)


def test_an_explanation_stays_until_there_is_another() -> None:
    explainer = GridExplainer(Spoiled(17, "raise"), 4, joint=False)
    first = explainer.explain(PICTURE)
    with pytest.raises(RuntimeError):
        explainer.explain(PICTURE)
    assert explainer.explanation is first
    explainer = GridExplainer(weights, 4)
    first = explainer.explain(PICTURE)
    with pytest.raises(ValueError, match="no class"):
        explainer.explain(PICTURE, "typo")
    assert explainer.explanation is first


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"grid_size": 0}, "grid_size=0"),
        ({"fill": "plaid"}, "fill='plaid' is unknown"),
        ({"score": "beauty"}, "score='beauty' is unknown.*'probability' or 'log-odds'"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"seed": -1}, "seed=-1; wanted is a whole number from 0"),
        ({"preprocess": 3}, "preprocess=3"),
    ],
)
def test_bad_keywords_are_refused_at_once(keywords: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        GridExplainer(weights, **keywords)


def test_unknown_keywords_raise() -> None:
    with pytest.raises(TypeError, match="gird_size"):
        GridExplainer(weights, gird_size=8)


def test_a_grid_finer_than_the_pixels() -> None:
    with pytest.raises(ValueError, match=r"17×17 cells does not fit a picture of 16×16 pixels"):
        GridExplainer(weights, 17).explain(PICTURE)


def test_visualize_wants_an_explanation() -> None:
    with pytest.raises(RuntimeError, match=r"explain\(img\) first"):
        GridExplainer(weights).visualize()


def test_it_tells_what_was_chosen() -> None:
    explainer = GridExplainer(brightness, (2, 3), fill="blur")
    assert repr(explainer) == (
        "GridExplainer(brightness, 2×3, fill='blur', score='probability', "
        "preprocessing='none: 0..255', output='told by the first batch')"
    )
    explainer.explain(PICTURE)
    assert "output='softmax'" in repr(explainer)


def test_a_progress_bar_appears_where_it_takes_more_than_a_moment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import tqdm.auto

    made = []

    class Watched(tqdm.auto.tqdm):
        def __init__(self, *rest: object, **options: object) -> None:
            made.append((options.get("delay"), options.get("total")))
            super().__init__(*rest, **{**options, "delay": 0})

    monkeypatch.setattr(tqdm.auto, "tqdm", Watched)
    GridExplainer(weights, 4).explain(PICTURE)
    assert made == [(1, 16 + 60)]
    assert "76/76" in capsys.readouterr().err


def test_no_bar_for_a_moment(capsys: pytest.CaptureFixture[str]) -> None:
    GridExplainer(brightness, 2).explain(PICTURE)
    assert capsys.readouterr().err == ""
