"""The correlations worked out on a network of names, then a small one of Keras."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers
from scipy.stats import spearmanr

from gridexplainer_widget import as_classifier
from gridexplainer_widget.analysis.randomisation import Randomisation, randomisation_steps
from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.classifiers.network import RandomisedCopy
from gridexplainer_widget.core.errors import MethodError
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.picture import read_picture
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.inference.run import Run
from tests.support.models import weights

NAN = np.nan
RNG = np.random.default_rng(0)
PICTURE = read_picture(RNG.integers(0, 256, (12, 12, 3)).astype(np.uint8))
MAP = np.arange(9, dtype=np.float32).reshape(3, 3)
Steps = Generator[tuple[int, int], None, tuple[Any, int]]


class Layers:
    """A network of layers that do nothing but be randomised; each copy goes bad with the next."""

    def __init__(self, names: str) -> None:
        self.names = names
        self.seeds: list[int] = []
        self.lock: Any = None

    def randomised_copies(self, seed: int) -> Iterator[RandomisedCopy]:
        self.seeds.append(seed)
        last: Copy | None = None
        for name in reversed(self.names):
            assert self.lock.locked()
            if last:
                last.stale = True
            last = Copy()
            yield RandomisedCopy(name, last.forward, last)
        if last:
            last.stale = True


class Copy:
    stale = False

    def forward(self, batch: np.ndarray) -> np.ndarray:
        assert not self.stale
        return 1 - weights(batch)


def run_with(network: Layers | None) -> Run:
    opened = None if network is None else lambda _: network
    classifier = Classifier("net", (12, 12, 3), weights, output="softmax", open_network=opened)
    classifier.lock = threading.Lock()
    if network is not None:
        network.lock = classifier.lock
    return Run.of(classifier, PICTURE, 3, parse_fill("black"))


def followed(
    network: Layers | None, explain: Any, values: Any = MAP, **how: Any
) -> tuple[Randomisation, list[tuple[int, int]]]:
    found: list[Randomisation] = []

    def whole() -> Iterator[tuple[int, int]]:
        found.append((yield from randomisation_steps(run_with(network), values, explain, **how)))

    seen = list(whole())
    return found[0], seen


def always(values: Any) -> Callable[[Classifier], Steps]:
    def explain(classifier: Classifier) -> Steps:
        yield 1, 1
        return np.asarray(values, np.float32), 1

    return explain


def in_turn(*maps: Any) -> Callable[[Classifier], Steps]:
    left = list(maps)

    def explain(classifier: Classifier) -> Steps:
        yield 1, 1
        return np.asarray(left.pop(0), np.float32), 1

    return explain


@pytest.mark.parametrize(
    ("names", "stages", "layers"),
    [
        ("abcdefghij", 4, "jgda"),
        ("abcdefghij", 2, "ja"),
        ("abcdefghij", 1, "a"),
        ("abc", 4, "cba"),
        ("a", 4, "a"),
    ],
)
def test_stages_are_spread_and_end_with_everything(names: str, stages: int, layers: str) -> None:
    network = Layers(names)
    found, _ = followed(network, always(MAP), stages=stages, seed=3)
    assert found.layers == tuple(layers)
    assert len(found.correlations) == len(layers)
    assert network.seeds == [3, 3]


def test_correlations_of_maps_that_go_from_the_same_to_the_opposite() -> None:
    swapped = MAP.copy()
    swapped[0, 0], swapped[2, 2] = swapped[2, 2], swapped[0, 0]
    found, _ = followed(Layers("abc"), in_turn(np.exp(MAP), swapped, -MAP))
    # Spearman's: 1 − 6 Σ d² / (n (n² − 1)); d is 8 for the two that were swapped.
    assert found.correlations == pytest.approx((1, 1 - 6 * 2 * 64 / (9 * 80), -1))
    assert found.similarity == pytest.approx((1 + abs(1 - 6 * 2 * 64 / (9 * 80)) + 1) / 3)
    assert found.notes == ()


@given(st.lists(st.integers(-3, 3), min_size=9, max_size=9))
def test_correlations_are_never_nan(values: list[int]) -> None:
    other = np.array(values).reshape(3, 3)
    found, _ = followed(Layers("a"), always(other))
    if len(set(values)) == 1:
        assert found.similarity == 0
        assert "a map that is the same everywhere" in found.notes[0]
    else:
        assert found.similarity == pytest.approx(abs(spearmanr(MAP.ravel(), values).statistic))
        assert found.notes == ()


def test_a_map_that_was_the_same_everywhere_has_shown_nothing() -> None:
    found, _ = followed(Layers("ab"), always(MAP), np.ones((3, 3)))
    assert found.correlations == (0, 0)
    assert [note.rpartition(": ")[2] for note in found.notes] == [
        "its correlations are given as 0 and say nothing."
    ]


def test_only_stages_that_give_a_flat_map_are_named() -> None:
    found, _ = followed(Layers("abc"), in_turn(MAP, np.zeros((3, 3)), np.zeros((3, 3))))
    assert found.correlations == pytest.approx((1, 0, 0))
    assert found.notes[0].startswith("Randomised from the end to b, a, the model gives a map")


def test_cells_without_a_value_are_left_out() -> None:
    values, other = MAP.copy(), MAP.copy()
    values[0, 0], other[1, 1] = NAN, NAN
    other[0, 0] = 100
    found, _ = followed(Layers("a"), always(other), values)
    assert found.similarity == pytest.approx(1)


def test_a_randomised_classifier_is_a_classifier_like_the_other() -> None:
    seen: list[Classifier] = []

    def explain(classifier: Classifier) -> Steps:
        seen.append(classifier)
        batch = PICTURE.pixels[np.newaxis]
        np.testing.assert_allclose(classifier(batch), 1 - weights(batch))
        yield 1, 2
        assert not classifier.open_network("softmax").stale  # still this one's turn
        return MAP, 7

    network = Layers("abcdef")
    found, _ = followed(network, explain)
    assert found.calls == 4 * 7
    assert [c.name for c in seen][-1] == "net (randomised from the end to a)"
    for classifier in seen:
        assert (classifier.output, classifier.input_shape) == ("softmax", (12, 12, 3))
        assert classifier.lock is not network.lock
    assert len({id(classifier.open_network("softmax")) for classifier in seen}) == 4


def test_progress_never_goes_back_and_ends_at_its_total() -> None:
    lengths = iter([3, 1, 0, 2])

    def explain(classifier: Classifier) -> Steps:
        length = next(lengths)
        yield 0, length
        for done in range(length):
            yield done + 1, length
        return MAP, 1

    _, seen = followed(Layers("abcdefgh"), explain)
    assert {total for _, total in seen} == {400}
    done = [done for done, _ in seen]
    assert done == sorted(done)
    assert done[:5] == [0, 33, 66, 100, 100]
    assert done[-1] == 400


@pytest.mark.parametrize(
    ("network", "how", "error", "message"),
    [
        (None, {}, MethodError, "net is a black box. Give a Keras model"),
        (Layers(""), {}, MethodError, "net has no layer with any"),
        (Layers("abc"), {"stages": 0}, ValueError, "stages=0; wanted is a whole number"),
        (Layers("abc"), {"values": np.zeros((2, 3))}, ValueError, r"shape \(2, 3\)"),
    ],
)
def test_what_cannot_be_randomised_is_refused(
    network: Any, how: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        followed(network, always(MAP), **how)


def test_a_map_of_another_grid_is_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(2, 2\)"):
        followed(Layers("abc"), always(np.eye(2)))


# A network of Keras


@pytest.fixture(scope="module")
def keras_run() -> Run:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(8, 3, activation="relu", name="first"),
            layers.Conv2D(8, 3, activation="relu", name="second"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, activation="softmax", name="answer"),
        ]
    )
    run = Run.of(as_classifier(model), PICTURE, 3, parse_fill("black"))
    list(run.steps())
    return run


def drops(run: Run) -> np.ndarray:
    return (run.baseline[0] - run.vectors[:, 0]).reshape(run.grid.shape)


def by_occlusion(classifier: Classifier) -> Steps:
    run = Run.of(classifier, PICTURE, 3, parse_fill("black"))
    for done in run.steps():
        yield done, 9
    return drops(run), run.calls


def randomised(run: Run, explain: Any, **how: Any) -> Randomisation:
    return drain(randomisation_steps(run, drops(run), explain, **how))


def test_a_map_of_the_model_goes_with_its_weights(keras_run: Run) -> None:
    before = keras_run.classifier(PICTURE.pixels[np.newaxis])
    found = randomised(keras_run, by_occlusion)
    assert found.layers == ("answer", "second", "first")
    assert found.calls == 3 * 10
    assert max(map(abs, found.correlations)) < 0.99
    assert len(set(found.correlations)) == 3
    np.testing.assert_array_equal(keras_run.classifier(PICTURE.pixels[np.newaxis]), before)
    assert randomised(keras_run, by_occlusion) == found
    assert randomised(keras_run, by_occlusion, seed=1) != found


def test_a_map_of_the_picture_alone_stays(keras_run: Run) -> None:
    bright = PICTURE.pixels.reshape(3, 4, 3, 4, 3).mean(axis=(1, 3, 4))
    steps = randomisation_steps(keras_run, bright, always(2 * bright))
    assert drain(steps).correlations == pytest.approx((1, 1, 1))
