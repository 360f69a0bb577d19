"""Class names."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from gridexplainer_widget.core.shown import LETTERS, quoted, shown
from gridexplainer_widget.core.untrusted.plain_json import read_json

Labels: TypeAlias = "tuple[str, ...] | Mapping[int, str]"
"""All names in order, or some by index."""

LabelsLike: TypeAlias = (
    "Sequence[str] | Mapping[int, str] | Mapping[str, int] | str | os.PathLike[str] | None"
)
"""Names in order, index → name, name → index, or a .txt or .json file of these."""

WANTED = (
    "Wanted is a list with one name for each class, in the order of the model's outputs, a dict "
    "from index to name or from name to index, or a .txt (a name in each line) or .json file."
)

MAX_COMPARED = 100
"""Letters of a label that may be meant instead of an unknown one."""

MAX_FILE_BYTES = 16 * 2**20


def parse_labels(labels: Any) -> Labels | None:
    """Parse labels in any form of `LabelsLike`."""
    if labels is None:
        return None
    if isinstance(labels, (str, os.PathLike)):
        return _from_file(labels)
    if isinstance(labels, Mapping):
        return _from_mapping(labels)
    ordered = isinstance(labels, Iterable) and not isinstance(labels, (set, frozenset, bytes))
    names = tuple(map(_text, labels)) if ordered else ()
    if not names:
        raise ValueError(f"labels={labels!r:.200} names no class. {WANTED}")
    return names


def names_of(
    labels: Labels | None, classes: int, model: str, noun: str = "class"
) -> tuple[str, ...]:
    """Label each of `classes` classes; "class 7" where none is known, or a single "value".

    Raises
    ------
    ValueError
        Labels and classes differ in number.
    """
    if labels is None:
        labels = {}

    def unnamed(index: int) -> str:
        return noun if noun == "value" and classes == 1 else f"{noun} {index}"

    if isinstance(labels, Mapping):
        if max(labels, default=0) >= classes:
            raise ValueError(
                f"A label was given for class {max(labels)}, but {model} has {classes} classes, "
                f"0 to {classes - 1}."
            )
        return tuple(labels.get(index, unnamed(index)) for index in range(classes))
    if len(labels) == 1 and classes == 2:
        return (f"not {labels[0]}", labels[0])
    if len(labels) != classes:
        raise ValueError(
            f"{len(labels)} labels were given, but {model} has {classes} classes. "
            "Give one label for each class, in the order of the model's outputs."
        )
    return labels


def distinct(labels: Iterable[str]) -> tuple[str, ...]:
    """Return labels with duplicates numbered, such as ImageNet's second "crane"."""
    seen: dict[str, int] = {}
    numbered = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        numbered.append(f"{label} ({seen[label]})" if seen[label] > 1 else label)
    return tuple(numbered)


def find_contrast(
    contrast: int | str | None, target: int, labels: Sequence[str], output: str | None
) -> int | None:
    """Find the class that a target is held against; None is all others.

    Raises
    ------
    ValueError
        No class, or several, match; it is the target; or the model returns values.
    """
    if contrast is None:
        return None
    if output == "value":
        raise ValueError(
            f'contrast={contrast!r:.200}: this model returns values (output="value"), which do '
            "not compete. A contrast needs two classes that have probabilities; leave it out."
        )
    index = find_class(contrast, labels, "contrast")
    if index == target:
        others = [name for place, name in enumerate(labels) if place != index][:3]
        hint = f", such as {' or '.join(map(quoted, others))}" if others else ""
        raise ValueError(
            f"contrast={contrast!r:.200} is the class that is asked about: nothing speaks for it "
            f"rather than itself. Wanted is another class{hint}, or None for all others."
        )
    return index


def find_class(target: int | str, labels: Sequence[str], what: str = "target") -> int:
    """Find a class by index or label, each also as an array or tensor of one.

    `what` it is stands in errors.

    Raises
    ------
    ValueError
        No class, or several, match.
    """
    target = plain_target(target)
    if isinstance(target, str):
        return _labelled(target, labels)
    if isinstance(target, (bool, np.bool_)) or not isinstance(target, (int, np.integer)):
        message = f"{what} {target!r} is no class. Wanted is an index or a label."
        raise ValueError(message)  # noqa: TRY004 - as for any other target that does not exist
    if not 0 <= target < len(labels):
        named = f" The class with this label is {what}={str(target)!r}." * (str(target) in labels)
        raise ValueError(
            f"{what} {target} is out of range: the model has {len(labels)} classes, "
            f"0 to {len(labels) - 1}.{named}"
        )
    return int(target)


def plain_target(target: Any) -> Any:
    """Take the number or label out of an array or tensor of one."""
    if not hasattr(target, "__array__"):
        return target
    try:
        array = np.asarray(target.detach().cpu() if hasattr(target, "detach") else target)
    except (TypeError, ValueError, RuntimeError):
        return target
    return array.item() if array.size == 1 else target


def _labelled(label: str, labels: Sequence[str]) -> int:
    places = [index for index, name in enumerate(labels) if name == label]
    if len(places) == 1:
        return places[0]
    if places:
        named = f"{str(places[:5])[1:-1]}{', …' * (len(places) > 5)}"
        raise ValueError(
            f"The label {quoted(label)} names the classes [{named}]: give the index instead."
        )
    comparable = [name for name in labels if len(name) <= MAX_COMPARED]  # which takes long
    close = difflib.get_close_matches(label[:MAX_COMPARED], comparable, n=3)
    hint = f" Did you mean {' or '.join(map(quoted, close))}?" if close else ""
    some = ", ".join(map(quoted, labels[:5])) + (", …" if len(labels) > 5 else "")
    raise ValueError(
        f"There is no class {quoted(label)}.{hint} The labels are {some}; an index works too."
    )


def _from_mapping(labels: Mapping[Any, Any]) -> Mapping[int, str]:
    pairs = list(labels.items())
    if pairs and all(isinstance(key, str) and _is_index(value) for key, value in pairs):
        pairs = [
            (value, key) for key, value in pairs
        ]  # torchvision's class_to_idx, Keras's class_indices
    try:
        named = {int(key): _name(value) for key, value in pairs}
    except (TypeError, ValueError):
        named = {}
    if not named or len(named) < len(pairs) or min(named) < 0:
        raise ValueError(f"labels={labels!r:.200} names no class. {WANTED}")
    return dict(sorted(named.items()))


def _is_index(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _name(value: Any) -> str:
    """Read a name, or that in Keras's pair [synset, name]."""
    return _text(value[-1] if isinstance(value, (list, tuple)) and value else value)


def _text(name: Any) -> str:
    if hasattr(name, "numpy"):  # a tensor's string is bytes
        name = name.numpy()
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)


def _from_file(path: str | os.PathLike[str]) -> Labels:
    file = Path(path).expanduser()
    if file.suffix not in {".txt", ".json"}:
        raise ValueError(f"labels={os.fspath(path)!r} names no class. {WANTED}")
    if not file.is_file():
        raise FileNotFoundError(f"There is no file of labels {os.fspath(path)!r}. {WANTED}")
    if file.stat().st_size > MAX_FILE_BYTES:
        raise ValueError(f"{file.name} is too large for a file of labels. {WANTED}")
    try:
        text = file.read_text(encoding="utf-8-sig")
        found = read_json(text) if file.suffix == ".json" else text.splitlines()
    except (UnicodeDecodeError, ValueError) as error:
        raise ValueError(f"{file.name} cannot be read: {error}. {WANTED}") from error
    if isinstance(found, list):
        found = [_name(entry).strip() for entry in found]
        while found and not found[-1]:
            found.pop()
    parsed = parse_labels(found) if isinstance(found, (list, dict)) else None
    if parsed is None:
        raise ValueError(f"{file.name} names no class. {WANTED}")
    return parsed


def class_name(labels: Sequence[str], index: int) -> str:
    """Name a class, with its index if the label is empty, cut or not unique."""
    label = labels[index].strip()
    name = shown(label)
    told = label and len(label) <= LETTERS and labels.count(labels[index]) == 1
    return name if told else f"{name} ({index})".strip()
