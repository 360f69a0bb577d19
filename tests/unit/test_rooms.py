"""How the house stands: imports point only up the list of rooms, and nowhere in a circle."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import gridexplainer_widget

PACKAGE = Path(gridexplainer_widget.__file__).parent

ROOMS = [
    "core",
    "core/origin",
    "core/untrusted",
    "incremental",
    "incremental/mosaic",
    "wire",
    "classifiers",
    "classifiers/checks",
    "classifiers/keras",
    "classifiers/keras/incremental",
    "classifiers/torch",
    "classifiers/torch/incremental",
    "classifiers/onnx",
    "classifiers/onnx/incremental",
    "classifiers/readers",
    "demo",
    "inference",
    "inference/sets",
    "attribution",
    "methods",
    "results/data",
    "results/case",
    "results",
    "results/compared",
    "analysis",
    "analysis/again",
    "study/records",
    "study/findings",
    "live",
    "live/explorer",
    "live/comparison",
    "live/gallery",
    "study",
    "explainer.py",
    "__init__.py",
    "cli",
    "__main__.py",
]
"""A file imports from its own room or from rooms further up."""

FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    """Name the room of a file; files at the top are rooms of their own."""
    inside = path.relative_to(PACKAGE)
    return inside.as_posix() if len(inside.parts) == 1 else inside.parent.as_posix()


@cache
def imports_of(path: Path) -> set[Path]:
    """Find every file of ours that a file imports: in functions and under TYPE_CHECKING, too."""
    ours = (name for name in named_in(path) if name.partition(".")[0] == PACKAGE.name)
    return {file_of(module) for module in ours}


def named_in(path: Path) -> Iterator[str]:
    """Give the dotted names, of modules or of what stands in them, that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = path.relative_to(PACKAGE.parent).parts[: -node.level] if node.level else ()
            module = ".".join(filter(None, [*base, node.module]))
            yield from (f"{module}.{alias.name}" for alias in node.names)


@cache
def file_of(module: str) -> Path:
    """Find the file that a dotted name, of a module or of something in one, stands in."""
    parts = module.split(".")
    while True:
        path = PACKAGE.parent.joinpath(*parts)
        for candidate in (path.with_suffix(".py"), path / "__init__.py"):
            if candidate.is_file():
                return candidate
        parts.pop()


def test_imports_point_only_up() -> None:
    order = ["_version.py", *ROOMS]
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {other.relative_to(PACKAGE)}"
        for path in FILES
        for other in imports_of(path)
        if order.index(room_of(other)) > order.index(room_of(path))
    ]
    assert not wrong, "\n".join(wrong)


def test_no_files_import_each_other_in_a_circle() -> None:
    TopologicalSorter({path: imports_of(path) for path in FILES}).prepare()


def test_rooms_and_files_are_small() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert not [f"{path}: {lines}" for path, lines in sizes.items() if lines > 300]
    for room in {path.parent for path in FILES} - {PACKAGE}:
        assert len(list(room.glob("*.py"))) <= 18, room
    assert len(list(PACKAGE.glob("*.py"))) <= 8
