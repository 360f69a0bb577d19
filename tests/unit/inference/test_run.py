import tracemalloc

import numpy as np
import pytest

from gridexplainer_widget import ClassifierError, as_classifier
from gridexplainer_widget.core.picture import Picture
from gridexplainer_widget.inference.strategy import (
    ACTIVATIONS_PER_INPUT,
    MAX_BATCH,
    MAX_UNWATCHED,
    MEMORY_BUDGET,
    choose_batch_size,
)
from tests.support.models import Spoiled, TopLeft, brightness, weights
from tests.support.runs import NOISE, run_of


def test_every_cell_is_scored_and_the_baseline_first() -> None:
    run = run_of(weights, batch=5)
    done = list(run.steps())
    assert done == [4, 9, 14, 16]  # the first batch holds the whole picture as well
    assert run.scored.all()
    np.testing.assert_array_equal(run.baseline, weights(NOISE.pixels[np.newaxis])[0])
    assert run.seconds > 0


def test_the_model_never_sees_more_than_a_batch() -> None:
    model = TopLeft(3)
    list(run_of(model, 12, batch=7).steps())
    assert max(model.batches) == 7
    assert sum(model.batches) == 145
    assert len(model.batches) == 21


def test_at_most_one_batch_of_masked_pictures_exists() -> None:
    run = run_of(brightness, 8, Picture(np.full((128, 128, 3), 200, np.float32)), batch=4)
    one_batch = 4 * 128 * 128 * 3 * 4
    tracemalloc.start()
    try:
        list(run.steps())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * one_batch  # itself and the copy that the model gets, of the 17 in the run


@pytest.mark.parametrize("queries", [1, 2, 16, 17, 65, 257, 4097])
def test_batches_are_even(queries: int) -> None:
    size = choose_batch_size(queries, 224 * 224 * 3 * 4)
    assert 1 <= size <= MAX_BATCH
    batches = -(-queries // size)
    assert size * batches - queries < batches


def test_large_pictures_come_in_small_batches() -> None:
    assert choose_batch_size(100, 4) == 15  # 7 batches, none above 16
    assert choose_batch_size(100, 4, MAX_UNWATCHED) == 50
    assert choose_batch_size(100, MEMORY_BUDGET) == 1
    assert choose_batch_size(100, 1000, budget=32_000 * 5) == 5


@pytest.mark.parametrize(("pictures", "size"), [(None, 9), (3, 3), (0, 1)])
def test_a_model_may_be_faster_in_small_batches(pictures: int | None, size: int) -> None:
    """Sixteen cells and the picture, of 12×12×3 numbers."""
    classifier = as_classifier(weights)
    if pictures is not None:
        classifier.batch_budget = 1 + pictures * NOISE.pixels.size * 4 * ACTIVATIONS_PER_INPUT
    assert run_of(classifier).batch_size == size


def test_a_run_that_was_stopped_goes_on_where_it_was() -> None:
    model = TopLeft(12)
    run = run_of(model, 4, batch=4)
    steps = run.steps()
    next(steps)
    steps.close()
    assert run.scored.sum() == 3
    before = run.vectors.copy()
    assert list(run.steps()) == [6, 10, 14, 16]  # the whole picture is asked about again
    assert sum(model.batches) == 18
    np.testing.assert_array_equal(
        run.vectors[~np.isnan(before[:, 0])], before[~np.isnan(before[:, 0])]
    )
    assert list(run.steps()) == []


def test_an_early_stop_covers_the_picture_coarsely() -> None:
    run = run_of(brightness, 8, batch=17)
    next(run.steps())
    rows, columns = np.nonzero(run.scored.reshape(8, 8))
    assert len(set(zip(rows // 2, columns // 2, strict=True))) == 16


def test_nan_ends_the_run_and_what_was_finite_stays() -> None:
    run = run_of(Spoiled(6, "nan"), 4, batch=5)
    with pytest.raises(
        ClassifierError, match=r"NaN or infinity for 9 of 15 pictures, first with cell"
    ):
        list(run.steps())
    assert run.scored.sum() == 5


def test_nan_on_the_whole_picture() -> None:
    run = run_of(Spoiled(0, "nan"), 2)
    with pytest.raises(ClassifierError, match="first on the whole picture"):
        list(run.steps())
    assert run.baseline is None
    assert not run.scored.any()


def test_the_number_of_classes_may_not_change() -> None:
    def growing(batch: np.ndarray) -> np.ndarray:
        growing.classes += 1
        return np.full((len(batch), growing.classes), 1 / growing.classes)

    growing.classes = 1
    with pytest.raises(ClassifierError, match="3 classes after 2"):
        list(run_of(growing, 4, batch=4).steps())


def test_a_model_that_writes_into_its_batch_does_no_harm() -> None:
    def rude(batch: np.ndarray) -> np.ndarray:
        answer = brightness(batch)
        batch[:] = 255
        return answer

    run, polite = run_of(rude, 4, batch=3), run_of(brightness, 4, batch=3)
    list(run.steps()), list(polite.steps())
    np.testing.assert_array_equal(run.vectors, polite.vectors)


def test_sets_of_cells_are_remembered_and_asked_once() -> None:
    model = TopLeft(12)
    run = run_of(model, 4, batch=4)
    list(run.steps())
    calls = sum(model.batches)
    sets = [(0, 1), (3,), (), (1, 0), (5, 6, 7)]
    assert list(run.ask(sets)) == [2]  # (1, 0) is (0, 1)
    assert list(run.ask(sets)) == []
    assert run.calls == calls + 2
    assert sum(model.batches) == calls + 3  # and the whole picture again, in the same call
    black = NOISE.pixels.copy()
    black[:3, :6] = 0
    np.testing.assert_array_equal(
        run.cached_probabilities((1, 0)), TopLeft(12)(black[np.newaxis])[0]
    )


def test_a_cell_that_was_asked_about_is_not_scored_again() -> None:
    model = TopLeft(12)
    run = run_of(model, 4, batch=4)
    steps = run.steps()
    next(steps)
    list(run.ask([(15,)]))
    list(steps)
    assert sum(model.batches) == 18  # the question asked about the whole picture, too
    assert run.scored.all()


def test_cells_of_a_batch_that_failed_are_marked() -> None:
    for spoil in ("raise", "nan"):
        model = Spoiled(6, spoil)
        run = run_of(model, 4, batch=5)
        with pytest.raises((RuntimeError, ClassifierError)):
            list(run.steps())
        assert run.failed.sum() == (5 if spoil == "raise" else 4 + 5)
        assert not (run.failed & run.scored).any()
        model.left = 100
        assert run.calls == (10 if spoil == "raise" else 15)  # what was asked in vain, too
        list(run.steps())
        assert not run.failed.any()
        assert run.scored.all()


def test_one_bad_cell_does_not_hold_up_the_others() -> None:
    def picky(batch: np.ndarray) -> np.ndarray:
        answer = brightness(batch)
        answer[(batch[:, 4, 4] == 0).all(axis=1)] = np.nan  # with cell (1, 1) hidden
        return answer

    run = run_of(picky, 4, batch=3)
    for _ in range(2):
        with pytest.raises(ClassifierError, match=r"for 1 of .* \(1, 1\) hidden"):
            list(run.steps())
        assert run.scored.sum() == 15
        assert run.failed.nonzero()[0].tolist() == [5]


def test_cells_that_failed_come_last_the_next_time() -> None:
    def refusing(batch: np.ndarray) -> np.ndarray:
        if (batch[:, 0, 0] == 0).all(axis=1).any():  # with cell (0, 0) hidden
            raise RuntimeError("not this one")
        return brightness(batch)

    run = run_of(refusing, 4, batch=4)
    with pytest.raises(RuntimeError):
        list(run.steps())
    assert run.failed.sum() == 3  # and the whole picture, in the same batch
    with pytest.raises(RuntimeError):
        list(run.steps())
    assert run.baseline is not None
    assert run.scored.sum() == 11  # all but the batch in which the failed ones come again
