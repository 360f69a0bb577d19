"""What a PyTorch module's answers depend on, as far as it can be seen."""

from __future__ import annotations

from gridexplainer_widget.classifiers.mark import Mark

from .structure import StructureReader, tensor_digests
from .surroundings import is_interfered_with


def mark_of(reader: StructureReader) -> Mark:
    """Take a module's mark.

    It is complete if all its parts are of known libraries: else `forward` is anybody's code and
    may read what no walk finds.
    """
    found, torch = reader.read(), reader.torch
    try:
        weights = tensor_digests(torch, found.tensors)
    except (RuntimeError, TypeError):  # of a kind whose bytes nothing tells
        return Mark(found.fingerprint, (), complete=False)
    complete = not (found.foreign or is_interfered_with(torch))
    return Mark(found.fingerprint, weights, complete)
