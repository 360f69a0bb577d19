"""Declare and check traits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import traitlets as t

from gridexplainer_widget.classifiers.labels import Labels, find_class


def kernel_trait(trait: t.TraitType[Any, Any], **tags: Any) -> Any:
    """Declare a trait that only the kernel writes."""
    trait.read_only = True
    return trait.tag(sync=True, **tags)


def accepted(accept: Callable[..., Any], *arguments: Any) -> Any:
    """Call `accept`; raise its error as TraitError."""
    try:
        return accept(*arguments)
    except (TypeError, ValueError, IndexError, ImportError) as error:
        raise t.TraitError(str(error)) from error


def accepted_target(target: Any, published: Sequence[str], labels: Labels | None) -> Any:
    """Check a class against the `published` labels, else the classifier's, if complete."""
    # A mapping may be incomplete; a single label is a sigmoid's, which has two classes.
    complete = labels if isinstance(labels, tuple) and len(labels) > 1 else ()
    known = published or complete
    return target if target is None or not known else find_class(target, known)
