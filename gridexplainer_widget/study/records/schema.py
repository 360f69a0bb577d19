"""The columns of a study's rows, as Arrow has them: docs/studies.md tells what each means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from gridexplainer_widget.classifiers.imports import framework

FORMAT: Final = 1

TOP: Final = 5
"""Most probable classes whose probabilities a row holds."""

COLUMNS: Final[Mapping[str, str]] = {
    # which picture
    "item": "string",
    "name": "string",
    "path": "string",
    "sha256": "string",
    "seen": "string",
    "label": "string",
    "height": "int32",
    "width": "int32",
    "thumbnail": "binary",
    # which model, asked how
    "weights": "string",
    "configuration": "string",
    # what the model says
    "predicted": "int32",
    "predicted_label": "string",
    "probability": "float32",
    "correct": "bool",
    "top_classes": "list<int32>",
    "top_labels": "list<string>",
    "top_probabilities": "list<float32>",
    # what is explained
    "method": "string",
    "target": "int32",
    "target_label": "string",
    "target_probability": "float32",
    "of_predicted": "bool",
    "of_label": "bool",
    # its map
    "values": "list<float32>[cells]",
    "map": "string",
    "unit": "string",
    "largest": "float32",
    "border_share": "float32",
    "corner_share": "float32",
    "evenness": "float32",
    # how far to believe it
    "foretells": "float32",
    "foretells_random": "float32",
    "sure_for": "int32",
    "sure_against": "int32",
    "deletion": "float32",
    "insertion": "float32",
    "srg": "float32",
    "srg_random": "float32",
    # with a mask
    "inside": "float32",
    "inside_itself": "float32",
    "mask_area": "float32",
    "pointing": "bool",
    # the rest
    "calls": "int32",
    "seconds": "float32",
    "notes": "list<string>",
    "error": "string",
    "retry": "bool",
    "written": "int64",
}
"""Name → type; `cells` is the number of cells."""


def arrow(what: str = "A study") -> Any:
    """Import pyarrow, or say what to install."""
    return framework("pyarrow", what, "gridexplainer-widget[study]")


def parquet() -> Any:
    """Import pyarrow's Parquet."""
    arrow()
    return framework("pyarrow.parquet", "A study", "gridexplainer-widget[study]")


def schema_of(grid_size: tuple[int, int], more: Sequence[str] = ()) -> Any:
    """Return the Arrow schema of rows on a grid, and of columns that are not written to files."""
    pa = arrow()
    kinds = {
        "string": pa.string(),
        "binary": pa.binary(),
        "bool": pa.bool_(),
        "int32": pa.int32(),
        "int64": pa.int64(),
        "float32": pa.float32(),
        "list<int32>": pa.list_(pa.int32()),
        "list<string>": pa.list_(pa.string()),
        "list<float32>": pa.list_(pa.float32()),
        "list<float32>[cells]": pa.list_(pa.float32(), grid_size[0] * grid_size[1]),
    }
    rows, columns = grid_size
    told = {"format": str(FORMAT), "rows": str(rows), "columns": str(columns)}
    fields = [pa.field(name, kinds[kind]) for name, kind in COLUMNS.items()]
    fields += [pa.field(name, pa.large_binary()) for name in more]
    return pa.schema(fields, {f"gridexplainer.{name}": text for name, text in told.items()})


def table_of(
    rows: Iterable[Mapping[str, Any]], grid_size: tuple[int, int], more: Sequence[str] = ()
) -> Any:
    """Make an Arrow table of rows; what a row does not tell is null."""
    schema = schema_of(grid_size, more)
    given = list(rows)
    for row in given:
        if unknown := set(row) - set(schema.names):
            raise KeyError(f"A study has no column {', '.join(sorted(unknown))}.")
    columns = {name: [row.get(name) for row in given] for name in schema.names}
    return arrow().Table.from_pydict(columns, schema=schema)


def grid_of(schema: Any) -> tuple[int, int]:
    """Return the rows and columns of the maps in a table."""
    told = schema.metadata or {}
    return int(told[b"gridexplainer.rows"]), int(told[b"gridexplainer.columns"])
