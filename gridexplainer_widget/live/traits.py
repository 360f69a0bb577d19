"""How both widgets declare and check their traits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import traitlets as t

from gridexplainer_widget.classifiers.labels import Labels, find_class


def kernel_trait(trait: t.TraitType[Any, Any], **tags: Any) -> Any:
    """Mark a trait that the kernel alone writes."""
    trait.read_only = True
    return trait.tag(sync=True, **tags)


def accepted(accept: Callable[..., Any], *arguments: Any) -> Any:
    """Return what `accept` makes of a value; raise TraitError where it refuses."""
    try:
        return accept(*arguments)
    except (TypeError, ValueError, IndexError, ImportError) as error:
        raise t.TraitError(str(error)) from error


def accepted_target(target: Any, published: Sequence[str], labels: Labels | None) -> Any:
    """Check a class against the labels, as far as they are known.

    Parameters
    ----------
    target : int, str or None
    published : sequence of str
        A label for each class; empty before the model has answered.
    labels : tuple of str or mapping, optional
        The classifier's own: used where they name every class.

    Raises
    ------
    ValueError
        There is no such class.
    """
    # A mapping may name some classes only; a single label is a sigmoid's, which has two classes.
    complete = labels if isinstance(labels, tuple) and len(labels) > 1 else ()
    known = published or complete
    return target if target is None or not known else find_class(target, known)
