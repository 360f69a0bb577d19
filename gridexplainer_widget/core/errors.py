"""Errors about models and methods, and how errors are told."""

from __future__ import annotations


class ClassifierError(RuntimeError):
    """A model does not behave as a classifier."""


class MethodError(ClassifierError):
    """A method cannot explain this model."""


class ModelChangedError(ClassifierError):
    """A model is no longer the one that gave the numbers so far, or these were read wrongly."""


class UnsupportedGraph(Exception):  # noqa: N818 - no error: the model is run in full
    """A network cannot be read as a graph of nodes."""


class NotApplicable(UnsupportedGraph):
    """The incremental engine would not help a network."""


def words_of(error: BaseException) -> str:
    """Return an error's message, or its class where it has none or fails to tell it."""
    try:
        return str(error) or type(error).__name__
    except Exception:  # noqa: BLE001 - the error may be a user's
        return type(error).__name__


def first_line(error: BaseException) -> str:
    """Return an error's class and the first line of its message, in which frameworks say most."""
    return named(error).partition("\n")[0]


def named(error: BaseException) -> str:
    """Return an error's class and message."""
    name, words = type(error).__name__, words_of(error)
    return name if words == name else f"{name}: {words}"
