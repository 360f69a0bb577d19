"""What can go wrong with a model."""

from __future__ import annotations


class ClassifierError(RuntimeError):
    """A model that does not answer as a classifier does."""


class MethodError(ClassifierError):
    """A method that cannot explain this model, and why."""


class UnsupportedGraph(Exception):  # noqa: N818 - no error: the model is run in full
    """A network that cannot be read as a graph of nodes, and why."""


class NotApplicable(UnsupportedGraph):
    """A network that the incremental engine would not help, and why."""
