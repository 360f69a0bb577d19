import gc
import weakref
from collections.abc import Iterator

import pytest

from gridexplainer_widget.inference.collection import kept_uncollected


class Knot:
    """Refers to itself, so that only the collector frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_what_is_made_meanwhile_is_old_and_still_freed_in_the_end() -> None:
    looks = list[int]()
    gc.callbacks.append(lambda phase, _: looks.append(0))
    try:
        with kept_uncollected():
            knot = weakref.ref(Knot())
            made = [[index] for index in range(100_000)]
        assert not looks
    finally:
        gc.callbacks.pop()
    assert gc.isenabled()
    assert not gc.get_freeze_count()
    gc.collect(1)
    assert knot() is not None
    gc.collect()
    assert knot() is None
    assert len(made) == 100_000


def test_a_collector_that_is_off_stays_off_after_an_error() -> None:
    gc.disable()
    with pytest.raises(ValueError, match="mine"), kept_uncollected():
        raise ValueError("mine")
    assert not gc.isenabled()


def test_frozen_objects_stay_frozen() -> None:
    gc.freeze()
    before = gc.get_freeze_count()
    with kept_uncollected():
        pass
    assert gc.get_freeze_count() == before
