"""Errors about models and methods."""

from __future__ import annotations


class ClassifierError(RuntimeError):
    """A model does not behave as a classifier."""


class MethodError(ClassifierError):
    """A method cannot explain this model."""


class UnsupportedGraph(Exception):  # noqa: N818 - no error: the model is run in full
    """A network cannot be read as a graph of nodes."""


class NotApplicable(UnsupportedGraph):
    """The incremental engine would not help a network."""
