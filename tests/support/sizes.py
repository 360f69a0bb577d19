"""How much of what takes long is tried: a fair part by `make test`, all by `make test-long`.

Both run the same tests with the same assertions; the short ones try fewer networks, examples,
events and samples. Each test that has two sizes takes them from here.
"""

from __future__ import annotations

import os
from typing import TypeVar

from hypothesis import HealthCheck, Phase, settings

T = TypeVar("T")

SIZE = os.environ.get("TEST_SIZE", "short")
if SIZE not in {"short", "long"}:
    raise ValueError(f"TEST_SIZE={SIZE!r} is neither 'short', which it is by itself, nor 'long'.")


def sized(short: T, long: T) -> T:
    """Return what is tried in this run."""
    return long if SIZE == "long" else short


ANY_MACHINE = settings(deadline=None, max_examples=sized(40, 100))
"""However long each example takes: speed is measured in benchmarks/."""

MANY = settings(ANY_MACHINE, max_examples=sized(80, 1000))
FEW = settings(ANY_MACHINE, max_examples=sized(16, 200))
HANDFUL = settings(ANY_MACHINE, max_examples=sized(8, 40))

RANDOM_NETWORKS = settings(
    FEW,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take longer than all
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
RANDOM_EVENTS = settings(FEW, phases=[Phase.explicit, Phase.reuse, Phase.generate])
"""Threads are never twice the same, so that shrinking would try for long, and in vain."""
EXPORTED_NETWORKS = settings(RANDOM_NETWORKS, max_examples=sized(10, 200))
"""PyTorch exports each of them, which takes the most time."""
ONNX_GRAPHS = settings(RANDOM_NETWORKS, max_examples=sized(12, 150))
"""ONNX Runtime loads four models for each."""
