"""Declare and check traits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import traitlets as t

from gridexplainer_widget.analysis.explain import CLEAR_ERRORS
from gridexplainer_widget.classifiers.labels import Labels, find_class, plain_target
from gridexplainer_widget.core.errors import named, words_of
from gridexplainer_widget.core.grid import is_whole
from gridexplainer_widget.core.shown import readable, shown


class Validated(t.Any):
    """A trait that is checked by a validator alone, even for None."""

    allow_none = False


def kernel_trait(trait: t.TraitType[Any, Any], **tags: Any) -> Any:
    """Declare a trait that only the kernel writes."""
    trait.read_only = True
    return trait.tag(sync=True, **tags)


def told(error: BaseException) -> str:
    """Say what went wrong, without the name of a class that says nothing more."""
    clear = isinstance(error, (*CLEAR_ERRORS, IndexError, RuntimeError, t.TraitError))
    return words_of(error) if clear else named(error)


def checked(trait: Any) -> Any:
    """Have a trait refuse what its own check fails on, such as a number too large for a float."""
    check = trait.validate
    trait.validate = lambda widget, value: accepted(check, widget, value)
    return trait


def sendable(value: Any) -> Any:
    """Make texts readable in a value of a trait: half surrogates are no UTF-8."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, (list, tuple)):
        return [sendable(item) for item in value]
    if isinstance(value, dict):
        return {sendable(name): sendable(item) for name, item in value.items()}
    return value


def accepted(accept: Callable[..., Any], *arguments: Any) -> Any:
    """Call `accept`; raise its error, whatever it is, as TraitError."""
    try:
        return accept(*arguments)
    except t.TraitError:
        raise
    except Exception as error:
        raise t.TraitError(told(error)) from error


def sent_target(target: Any) -> int | str | None:
    """Return a target as the front end gets it, also one that no labels are known for yet."""
    if target is None or isinstance(target, str):
        return target
    if is_whole(target):
        return int(target)
    raise ValueError(f"target {target!r:.200} is no class. Wanted is an index or a label.")


def class_sent(target: Any, _: Any) -> Any:
    """Write a class for the front end."""
    return shown(target) if isinstance(target, str) else target


def accepted_target(target: Any, published: Sequence[str], labels: Labels | None) -> Any:
    """Check a class against the `published` labels, else the classifier's, if complete."""
    # A mapping may be incomplete; a single label is a sigmoid's, which has two classes.
    complete = labels if isinstance(labels, tuple) and len(labels) > 1 else ()
    known = published or complete
    return find_class(target, known) if known and target is not None else plain_target(target)
