"""Quiet frameworks, and models small enough to work out by hand."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from gridexplainer_widget.classifiers.readers import function

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "agg")

settings.register_profile("any-machine", deadline=None)  # speed is measured in benchmarks/
settings.load_profile("any-machine")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what fails be asked again at once."""
    monkeypatch.setattr(function, "PAUSES", (0, 0, 0))
