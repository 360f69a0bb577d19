"""Engines for the picture sizes of an ONNX model, and its mark."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.mark import Mark, digests
from gridexplainer_widget.classifiers.onnx.source import Source, read_source
from gridexplainer_widget.core.errors import NotApplicable, UnsupportedGraph, first_line
from gridexplainer_widget.incremental.engine import (
    MAX_SIZES,
    Engines,
    IncrementalEngine,
    known_engine,
    read_engine,
)
from gridexplainer_widget.incremental.window import Pair

from .executor import OnnxExecutor


class OnnxReading:
    """An ONNX model beside its session, read when it is first asked for.

    Parameters
    ----------
    model
        Path of the file, or `onnx.ModelProto`.
    picture, answer
        Names of the session's input and output.
    channels
        Of a picture.
    channels_last
        Whether the model takes channels last.
    after
        Post-processing of the raw answer.
    """

    def __init__(  # noqa: PLR0913 - all that a session tells
        self,
        model: Any,
        picture: str,
        answer: str,
        channels: int,
        *,
        channels_last: bool,
        after: Callable[[NDArray[Any]], Any],
    ) -> None:
        self._model, self._names = model, (picture, answer)
        self._channels, self._channels_last, self._after = channels, channels_last, after
        self._state = _state(model)
        self._read = lru_cache(MAX_SIZES)(lambda size: read_engine(lambda: self._executor(size)))

    def mark(self) -> Mark:
        """Take the mark: a session never changes, unless it leaves something to chance."""
        return self._mark

    def engine(self, size: Pair) -> IncrementalEngine:
        """Return the engine for pictures of a size."""
        return known_engine(self._read(size))

    @cached_property
    def _mark(self) -> Mark:
        if isinstance(self._source, UnsupportedGraph):
            return Mark("ONNX", (), complete=False)
        return Mark("ONNX", digests(self._source.arrays.values()), complete=True)

    @cached_property
    def _source(self) -> Source | UnsupportedGraph:
        try:
            if _state(self._model) != self._state:
                return UnsupportedGraph("its file has changed since it was opened")
            return read_source(self._model, *self._names)
        except UnsupportedGraph as reason:
            return reason.with_traceback(None)
        except Exception as error:  # noqa: BLE001 - the session still answers
            return UnsupportedGraph(f"reading it failed with {first_line(error)}")

    def _executor(self, size: Pair) -> OnnxExecutor:
        if isinstance(self._source, UnsupportedGraph):
            raise type(self._source)(*self._source.args)
        runtime = framework("onnxruntime", "an ONNX model", "gridexplainer-widget[onnx]")
        shape = (self._channels, *size)
        return OnnxExecutor(
            runtime, self._source, shape, channels_last=self._channels_last, after=self._after
        )


def not_applicable(reason: str) -> Engines:
    """Return what stands in for engines where there are none."""

    def engine(size: Pair) -> IncrementalEngine:  # noqa: ARG001 - as of all engines
        raise NotApplicable(reason)

    return Engines(engine)


def _state(model: Any) -> tuple[int, int] | None:
    """Return when a file was written, and its size."""
    if not isinstance(model, (str, os.PathLike)):
        return None
    found = Path(model).expanduser().stat()
    return found.st_mtime_ns, found.st_size
