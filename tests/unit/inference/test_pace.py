"""How batches grow, on devices of made-up costs."""

from collections.abc import Callable

import numpy as np
import pytest
from torch import nn

from gridexplainer_widget.classifiers.readers.as_classifier import as_classifier
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.incremental.engine import Engines
from gridexplainer_widget.inference.choose import choose_strategy
from gridexplainer_widget.inference.pace import Pace
from gridexplainer_widget.inference.strategy import CellSetBatch, FullStrategy
from tests.support.models import brightness


def sizes_on(seconds: Callable[[int], float], pictures: int, most: int = 128) -> list[int]:
    pace, sizes = Pace.starting(16, most), []
    while pictures > 0:
        batch = min(pace.size, pictures)
        sizes.append(batch)
        pace, pictures = pace.after(batch, seconds(batch)), pictures - batch
    return sizes


def test_a_device_that_shares_its_overhead_gets_larger_batches() -> None:
    # 20 ms a call and 0.1 ms a picture: 1.35, 0.73, 0.41, 0.26 ms a picture
    assert sizes_on(lambda n: 0.02 + 1e-4 * n, 500) == [16, 16, 32, 32, 64, 64, 128, 128, 20]
    assert max(sizes_on(lambda n: 0.02 + 1e-4 * n, 500, most=100)) == 64, "within the bound"


def test_a_device_that_is_busy_already_keeps_its_batches() -> None:
    # 1 ms a call and 10 ms a picture: 10.06, 10.03 ms a picture
    assert sizes_on(lambda n: 0.001 + 0.01 * n, 160) == [16, 16, 32, 32, 16, 16, 16, 16]


def test_growth_ends_where_a_picture_gets_no_cheaper() -> None:
    # Up to 64 at once they take no longer, then in proportion.
    sizes = sizes_on(lambda n: max(n, 64) * 1e-3, 800)
    assert sizes[:8] == [16, 16, 32, 32, 64, 64, 128, 128]
    assert set(sizes[8:-1]) == {64}


def test_the_first_batch_of_a_size_only_warms_up() -> None:
    pace = Pace.starting(16, 64).after(16, 9.0)
    assert (pace.size, pace.best) == (16, None)
    assert pace.after(16, 1.6).best == pytest.approx(0.1)
    assert pace.after(5, 0.1) == pace, "the rest of a question tells nothing"


class Small:
    """A device with memory for 16 pictures."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        self.batches.append(len(batch))
        if len(batch) > 16:
            raise RuntimeError("out of memory")
        return brightness(batch)


def test_batches_that_the_device_refuses_are_asked_about_in_smaller_ones() -> None:
    device = Small()
    pixels = np.random.default_rng(0).uniform(0, 255, (16, 16, 3)).astype(np.float32)
    masker = Masker(pixels, Grid(8, 8, 16, 16), parse_fill("black"))
    classifier = as_classifier(device, input_shape=(16, 16, 3))
    device.batches.clear()
    strategy = FullStrategy(classifier, masker, 16, Pace(32, 64, 16))
    sets = [(cell,) for cell in range(64)]
    answers = [strategy.answers(batch) for batch in strategy.batches(sets)]
    got = np.concatenate([one.vectors for one in answers])
    np.testing.assert_array_equal(got, brightness(np.stack([masker.masked(s) for s in sets])))
    assert device.batches[-4:] == [16] * 4, "32 are not tried again"


@pytest.mark.parametrize("given", [None, 8])
def test_a_model_on_a_device_finds_its_batches_by_time(
    given: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = [nn.Conv2d(3, 3, 3), nn.Conv2d(3, 4, 3)]
    module = nn.Sequential(*two, nn.AdaptiveAvgPool2d(1), nn.Flatten())
    classifier = as_classifier(module, input_shape=(16, 16), output="logits")
    masker = Masker(np.zeros((16, 16, 3), np.float32), Grid(8, 8, 16, 16), parse_fill("white"))
    engine = classifier.incremental_engine((16, 16))
    monkeypatch.setattr(engine.executor, "accelerated", True)
    monkeypatch.setattr(classifier, "incremental_engine", Engines(lambda _: engine))
    assert choose_strategy(classifier, masker, "full", given).now.pace is None
    choice, asked = choose_strategy(classifier, masker, "auto", given), [(), (0,)]
    strategy, _ = choice.later.found(asked, choice.now.answers(CellSetBatch((asked,))))
    assert strategy.description.startswith("full: it does not run on a CPU")
    assert (strategy.pace is None) == (given is not None), "a size that was given stays"
