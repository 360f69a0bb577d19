"""Choose one of a model's several outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias

from gridexplainer_widget.core.errors import ClassifierError

OutputIndex: TypeAlias = "int | str | None"
"""Place or name of an output; None: the only one, or the one named like an answer."""


def parse_output_index(which: Any) -> OutputIndex:
    """Check the user's choice of an output."""
    if which is None or isinstance(which, str):
        return which
    if not isinstance(which, int) or isinstance(which, bool):
        message = f"output_index={which!r:.100} is no output. Wanted is a place or a name."
        raise ValueError(message)  # noqa: TRY004 - as for any other choice that does not exist
    return which


def picker(which: OutputIndex, model: str, names: Sequence[str] = ()) -> Callable[[Any], Any]:
    """Return a function that takes one output out of a raw one.

    `names` are those of outputs that come as a list.

    Raises
    ------
    ClassifierError
        Raised by the function: there is no such output.
    """

    def picked(raw: Any) -> Any:
        if which is None:
            return raw
        outputs = outputs_of(raw, names)
        index = chosen(which, list(outputs), model)
        name = list(outputs)[index]
        return {name: outputs[name]} if isinstance(name, str) else outputs[name]

    return picked


def outputs_of(raw: Any, names: Sequence[str] = ()) -> Mapping[int | str, Any]:
    """Return a raw output's parts by their names, else by their places."""
    if isinstance(raw, Mapping):
        named = dict(raw)
    elif isinstance(raw, tuple) and hasattr(raw, "_asdict"):
        named = raw._asdict()
    elif is_dataclass(raw) and not isinstance(raw, type):
        named = {part.name: getattr(raw, part.name) for part in fields(raw)}
    elif isinstance(raw, (list, tuple)):
        fitting = len(names) == len(raw) == len(set(names))
        return dict(zip(names if fitting else range(len(raw)), raw, strict=True))
    else:
        return {0: raw}
    return {str(name): part for name, part in named.items() if part is not None}


def chosen(which: int | str, names: Sequence[int | str], model: str) -> int:
    """Return the place of an output by its place or name; raise ClassifierError without one."""
    if isinstance(which, str) and which in names:
        return list(names).index(which)
    if isinstance(which, int) and -len(names) <= which < len(names):
        return which % len(names)
    known = ", ".join(map(repr, names))
    raise ClassifierError(
        f"output_index={which!r} is no output of {model}: it has {len(names)}, {known}. Wanted is "
        "one of these, or its place."
    )
