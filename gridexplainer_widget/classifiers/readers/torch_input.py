"""Find what a PyTorch module takes: size, channels, and how many pictures at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

import numpy as np

from gridexplainer_widget.classifiers.classifier import Overrides, Shape, ShapeLike
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.outputs import read_answer
from gridexplainer_widget.classifiers.pieces import Pieces, in_working_pieces
from gridexplainer_widget.classifiers.torch.calls import INSTALL, as_returned, channels_first
from gridexplainer_widget.core.errors import ClassifierError

Declared: TypeAlias = "tuple[int | None, int | None, int | None, int | None]"
"""Pictures, height, width and channels; None: any, or not declared."""

COMMON_SIDES_PIXELS = (
    *(8, 16, 28, 32, 48, 50, 64, 96, 100, 112, 128, 150, 160, 180, 192, 200),
    *(224, 227, 240, 250, 256, 288, 299, 300, 320, 331, 384, 400, 448, 512),
)
"""Sides of square pictures to try where a module does not tell its own."""

USUAL_SIDE_PIXELS = 224
"""Side at which a module of any size is asked: what most were trained at."""

CHANNELS = (3, 1)
"""Numbers of channels to try, the likeliest first; 4 where these fail."""

SCRIPTED_BATCHES = (1, 2, 4, 8, 16, 32, 64)
"""Numbers of pictures that a ScriptModule from a file may be traced for, which it does not tell."""

SIZE_ADVICE = (
    "Say its size: input_shape=(height, width), or (height, width, channels). Wrap a module that "
    "takes anything else than (batch, channels, height, width) in a function of a batch "
    "(n, H, W, 3) in 0..255 that returns (n, classes)."
)


def declared_input(model: Any) -> Declared:
    """Read what an ExportedProgram was exported for."""
    if type(model).__name__ == "ExportedProgram":
        taken = [
            node.meta["val"].shape
            for node in model.graph.nodes
            if node.name in model.graph_signature.user_inputs
        ]
        if len(taken) == 1 and len(taken[0]) == 4:
            sides = [side if isinstance(side, int) else None for side in taken[0]]
            return (sides[0], sides[2], sides[3], sides[1])
    return (None, None, None, None)


def pieces_of(module: Any, batch: int | None) -> Pieces:
    """Tell how many pictures a module takes at once; `batch` if it is declared."""
    if batch is not None:
        return Pieces(size=batch)
    return Pieces(_traced_batch(module) or (SCRIPTED_BATCHES if _is_scripted(module) else ()))


def input_shape(  # noqa: PLR0913, PLR0917 - what tells it
    module: Any,
    name: str,
    declared: ShapeLike,
    usual: tuple[int, int] | None,
    overrides: Overrides,
    after: Callable[[Any], Any] = as_returned,
) -> tuple[Shape, bool]:
    """Find a module's input, and whether its size is assumed.

    It is what the user says, declared, its family's `usual` size, or the only one that works; a
    module that takes any is asked at :data:`USUAL_SIDE_PIXELS`, or the largest below that it takes.
    """
    hint = _channels(module)
    # Not tried where it is sure enough: a ScriptModule compiles itself anew while it is run.
    trusted = hint == 3 and (usual is not None or _is_scripted(module))
    channels = overrides.input_shape[2] or declared[2] or (hint if trusted else None)
    height, width, _ = overrides.shape(
        (*(usual or (None, None)), 3) if declared[0] is None else (declared[0], declared[1], 3)
    )
    if height and width and channels:
        return (height, width, channels), False
    torch = framework("torch", name, INSTALL)
    if any(torch.nn.parameter.is_lazy(parameter) for parameter in module.parameters()):
        raise ClassifierError(
            f"{name} has lazy layers without weights; the first picture would fix their size. Run "
            "it on a batch as large as it is meant for, then give it."
        )
    likely = tuple(dict.fromkeys((*CHANNELS[:1], *([hint] if hint else []), *CHANNELS)))
    counts = (channels,) if channels else likely
    if height and width:
        working = _working_channels(module, name, (height, width), (*counts, 4), after)
        return (height, width, working or channels or hint or 3), False
    try:
        return _working_shape(module, name, (height, width), counts, hint, after)
    except ClassifierError:
        if channels:
            raise
        with suppress(ClassifierError):
            return _working_shape(module, name, (height, width), (4,), hint, after)
        raise


def _channels(module: Any) -> int | None:
    """Read the first convolution's channels; a ScriptModule shows only weights."""
    counts = [part.in_channels for part in module.modules() if hasattr(part, "in_channels")]
    weights = [parameter.shape[1] for parameter in module.parameters() if parameter.ndim == 4]
    return next((count for count in counts or weights if count in {1, 3, 4}), None)


def _is_scripted(module: Any) -> bool:
    return "ScriptModule" in {cls.__name__ for cls in type(module).__mro__}


def _traced_batch(module: Any) -> tuple[int, ...]:
    """Return the number of pictures that a ScriptModule was traced with, if it still tells."""
    with suppress(AttributeError, IndexError, RuntimeError):
        taken = list(module.graph.inputs())[-1].type()
        if _is_scripted(module) and taken.kind() == "TensorType" and taken.sizes():
            return (taken.sizes()[0],)
    return ()


def _working_channels(
    module: Any,
    name: str,
    size: tuple[int, int],
    counts: Sequence[int],
    after: Callable[[Any], Any],
) -> int | None:
    works = (count for count in counts if not _problem(module, name, (*size, count), after))
    return next(works, None)


def _working_shape(  # noqa: PLR0913, PLR0917 - what to try, and how
    module: Any,
    name: str,
    known: tuple[int | None, int | None],
    counts: Sequence[int],
    hint: int | None,
    after: Callable[[Any], Any],
) -> tuple[Shape, bool]:
    """Find the smallest working size; the usual one if twice that works, too."""
    sizes = [(known[0] or side, known[1] or side) for side in COMMON_SIDES_PIXELS]
    for size in dict.fromkeys(sizes):
        problems = {}
        for count in counts:
            problem = _problem(module, name, (*size, count), after)
            if problem is None:
                twice = (known[0] or 2 * size[0], known[1] or 2 * size[1], count)
                if _problem(module, name, twice, after) is not None:
                    return (*size, count), False
                return _usual_shape(module, name, known, count, after), True
            problems[count] = problem
        answered = [
            problem for problem in problems.values() if isinstance(problem, ClassifierError)
        ]
        if answered:  # it runs, so the size is right
            raise answered[0]
    at = " or ".join(f"{height}×{width}" for height, width in (sizes[0], sizes[-1]))
    problem = problems.get(hint or counts[0], problem)
    raise ClassifierError(
        f"{name} runs at no usual size, such as {at}; the last error was "
        f"{type(problem).__name__}: {problem}. {SIZE_ADVICE}"
    ) from problem


def _usual_shape(
    module: Any,
    name: str,
    known: tuple[int | None, int | None],
    channels: int,
    after: Callable[[Any], Any],
) -> Shape:
    """Find the size at which to ask a module of several sizes, one of which works."""
    sides = [side for side in COMMON_SIDES_PIXELS if side <= USUAL_SIDE_PIXELS]
    shapes = [(known[0] or side, known[1] or side, channels) for side in reversed(sides)]
    works = (shape for shape in shapes if _problem(module, name, shape, after) is None)
    return next(works, shapes[-1])


def _problem(
    module: Any, name: str, shape: tuple[int, int, int], after: Callable[[Any], Any]
) -> Exception | None:
    """Return the error for a black picture; None if it is classified."""
    ask = in_working_pieces(channels_first(module, after), Pieces(_traced_batch(module)), name)
    try:
        read_answer(ask(np.zeros((1, *shape), np.float32)), 1, name)
    except Exception as error:  # noqa: BLE001 - whatever a wrong size leads to
        return error
    return None
