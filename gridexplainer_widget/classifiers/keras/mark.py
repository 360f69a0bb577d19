"""What a Keras model's answers depend on."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.mark import PLAIN, Mark, digests

from .source import eager_execute, tensorflow, values_of

FRAMEWORKS = {"keras", "tf_keras", "tensorflow", "numpy", "builtins"}
"""Packages whose code is taken to be what it was."""

BOOKKEEPING = (
    *("_self_", "_saved_model", "_auto_", "_track", "_lock", "_call", "call_sig", "_path"),
    *("_parent", "_inbound", "_outbound", "_nodes", "_trainable", "_non_trainable"),
    *("_metrics", "_loss", "_build", "build", "_seed_gen", "_compile", "train_"),
    *("predict_", "test_", "_jit", "_run_eag", "quantize", "optimizer", "history"),
    *("_distribute", "_function", "_keras_api", "stop_training"),
)
"""How attributes begin that answers do not depend on; calling and training changes some."""

TRAINING_ONLY = ("initializer", "regularizer", "constraint", "_losses")
"""How attributes end that only training needs."""


def mark_of(model: Any) -> Mark:
    """Take a model's mark.

    It is complete if all its layers are the framework's own: then their attributes alone decide.
    """
    structure, complete = structure_of(model)
    return Mark(structure, digests(_values(model.variables)), complete)


def structure_of(model: Any) -> tuple[Hashable, bool]:
    """Return a mark's structure, and whether the mark is complete."""
    walk = _Walk()
    return walk.of(model), not walk.foreign


class _Walk:
    """Reads attributes; `foreign` tells whether code of the user's own was met."""

    def __init__(self) -> None:
        self.foreign = False
        self._seen: dict[int, Any] = {}  # holds them, so that no id comes back

    def of(self, thing: Any) -> Hashable:
        """Describe anything that an attribute may hold."""
        if isinstance(thing, PLAIN):
            return repr(thing)
        if isinstance(thing, np.ndarray):
            return digests([thing])
        if isinstance(thing, Mapping):
            return tuple((self.of(key), self.of(value)) for key, value in list(thing.items()))
        if isinstance(thing, (Sequence, AbstractSet)):
            return tuple(map(self.of, list(thing)))
        return self._object(thing)

    def _object(self, thing: Any) -> Hashable:
        code = thing if hasattr(thing, "__module__") and callable(thing) else type(thing)
        if str(code.__module__).partition(".")[0] not in FRAMEWORKS:
            self.foreign = True
        known = id(thing) in self._seen
        self._seen[id(thing)] = thing
        if known or not _is_part(thing):
            return id(thing)
        call = getattr(type(thing), "call", None)
        return (id(thing), id(call), *self._attributes(vars(thing)))

    def _attributes(self, attributes: Mapping[str, Any]) -> Iterable[Hashable]:
        for name, value in list(attributes.items()):
            if name.startswith("_inbound_nodes"):
                yield name, tuple(self.of(held) for node in value for held in _constants(node))
            elif not name.startswith(BOOKKEEPING) and not name.endswith(TRAINING_ONLY):
                yield name, self.of(value)


def _constants(node: Any) -> Iterator[Any]:
    """List what an operation is given beside the maps of others, such as an array it adds.

    Arrays can be written to, and a variable need be none of the model's.
    """
    given = getattr(node, "arguments", node)  # Keras 3; else tf_keras
    names = ("call_args", "call_kwargs") if given is node else ("args", "kwargs")
    for value in _flat([getattr(given, name, ()) for name in names]):
        written = hasattr(value, "assign") and hasattr(value, "numpy")
        yield np.asarray(value.numpy()) if written else value


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, (Mapping, list, tuple)):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _flat(item)
    else:
        yield value


def _is_part(thing: Any) -> bool:
    """Whether a thing is a layer, or holds settings of one."""
    kinds = {cls.__name__ for cls in type(thing).__mro__}
    return bool(kinds & {"Layer", "Operation", "DTypePolicy"}) and hasattr(thing, "__dict__")


def _values(variables: Sequence[Any]) -> list[NDArray[Any]]:
    """Return variables' numbers, uncopied where they can be.

    The public way to read one costs as much as a hundred of these.
    """
    try:
        handles = [variable.handle for variable in variables]
        execute = eager_execute()
    except (AttributeError, ImportError):  # another backend, or another TensorFlow
        return [np.asarray(variable) for variable in variables]
    tf = tensorflow()
    tensors = [
        execute(
            b"ReadVariableOp",
            1,
            [handle],
            ("dtype", tf.as_dtype(variable.dtype).as_datatype_enum),
        )[0]
        for handle, variable in zip(handles, variables, strict=True)
    ]
    return [values_of(tensor) for tensor in tensors]
