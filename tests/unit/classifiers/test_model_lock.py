"""One lock a model, whoever uses it."""

import functools
import gc
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch

from gridexplainer_widget import GridExplainer, as_classifier
from gridexplainer_widget.classifiers import model_lock
from gridexplainer_widget.classifiers.model_lock import lock_of


class Part:
    def answer(self) -> None:
        """Nothing: a method to be given."""


def excludes(one: Any, other: Any) -> bool:
    """Whether another thread cannot take `other` while `one` is held."""
    taken = threading.Event()

    def take() -> None:
        with other:
            taken.set()

    thread = threading.Thread(target=take)
    with one:
        thread.start()
        excluded = not taken.wait(0.05)
    thread.join()
    return excluded


def in_closure(part: Part) -> Callable[[int], list[None]]:
    return lambda n: [part.answer()] * n


@pytest.mark.parametrize(
    "another",
    [
        lambda part: part,
        lambda part: part.answer,
        in_closure,
        lambda part: functools.partial(Part.answer, part),
    ],
)
def test_whoever_uses_a_model_shares_its_lock(another: Callable[[Part], Any]) -> None:
    part = Part()
    assert excludes(lock_of(part), lock_of(another(part)))


def test_models_that_share_a_part_take_turns_in_one_order() -> None:
    one, two = Part(), Part()
    first, second = lock_of(one), lock_of(two)
    both = lock_of(Part(), one, two)
    assert not excludes(first, second)
    assert excludes(first, both)
    assert excludes(second, both)
    assert excludes(both, lock_of(two, one))


def test_a_lock_is_taken_twice_by_one_thread() -> None:
    lock = lock_of(Part())
    with lock, lock:
        pass
    assert not excludes(lock_of(Part()), lock)


def test_locks_of_models_that_are_gone_are_forgotten() -> None:
    part = Part()
    lock_of(part)
    before = len(model_lock._locks)
    del part
    gc.collect()
    assert len(model_lock._locks) < before


def normalised() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3),
        torch.nn.BatchNorm2d(8),
        torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(8, 3),
    )


@pytest.mark.parametrize("method", ["occlusion", "grad-cam"])
def test_explainers_of_one_module_do_not_disturb_each_other(method: str) -> None:
    net = normalised()  # in training mode
    pictures = [np.random.default_rng(i).integers(0, 256, (24, 24, 3), np.uint8) for i in range(4)]

    def explained(pixels: np.ndarray) -> np.ndarray:
        settings = {"preprocess": "0..1", "input_shape": (24, 24), "engine": "full"}
        return GridExplainer(net, 4, **settings).explain(pixels, 1, method=method).values

    statistics = net[1].running_mean.clone()
    wanted = [explained(pixels) for pixels in pictures]
    with ThreadPoolExecutor(4) as pool:
        found = [*pool.map(explained, pictures * 2)]
    np.testing.assert_allclose(found, wanted * 2, rtol=1e-4, atol=1e-7)
    assert torch.equal(net[1].running_mean, statistics)
    assert net.training
    assert net[1].training


def test_a_body_and_the_model_around_it_share_a_lock() -> None:
    net = normalised()
    around = torch.nn.Sequential(net, torch.nn.Softmax(1))
    settings = {"preprocess": "0..1", "input_shape": (24, 24)}
    one, other = (as_classifier(each, **settings) for each in (net, around))
    assert excludes(one.lock, other.lock)


def test_an_answer_is_copied_before_the_next_call() -> None:
    memory = np.zeros((4, 2), np.float32)

    def into_memory(batch: np.ndarray) -> np.ndarray:
        memory[: len(batch), 0] = batch.mean((1, 2, 3)) / 255
        memory[: len(batch), 1] = 1 - memory[: len(batch), 0]
        return memory[: len(batch)]

    classifier = as_classifier(into_memory, output="softmax")
    bright = classifier(np.full((1, 4, 4, 3), 255, np.float32))
    dark = classifier(np.zeros((1, 4, 4, 3), np.float32))
    np.testing.assert_array_equal([*bright, *dark], [[1, 0], [0, 1]])


def test_a_retry_gets_a_batch_that_nobody_wrote_into() -> None:
    seen = []

    def spoils(batch: np.ndarray) -> np.ndarray:
        seen.append(batch.max())
        batch /= 255
        if len(seen) == 1:
            raise ConnectionError("busy")
        one = batch.mean((1, 2, 3))
        return np.stack([1 - one, one], 1)

    classifier = as_classifier(spoils, output="softmax")
    classifier.pauses = (0.0,)
    classifier(np.full((1, 4, 4, 3), 255, np.float32))
    assert seen == [255, 255]
