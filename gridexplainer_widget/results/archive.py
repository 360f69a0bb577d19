"""Explanation ↔ one .npz file of arrays and JSON, no pickle."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.classifiers.labels import find_class, find_contrast
from gridexplainer_widget.core.files import write_file
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.handfuls import Handfuls
from gridexplainer_widget.core.scores import Answers, parse_score
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.core.untrusted.npz import StoredArray, check_range, stored_arrays
from gridexplainer_widget.core.untrusted.plain_json import (
    MAX_TEXT,
    as_mapping,
    as_seconds,
    as_text,
    as_texts,
    as_whole,
    read_json,
)
from gridexplainer_widget.inference.two_maps import MapName
from gridexplainer_widget.methods.registry import parse_method
from gridexplainer_widget.results.data.attribution_record import MAP_ARRAYS, attribution_of
from gridexplainer_widget.results.data.certainty_record import (
    CERTAINTY_ARRAYS,
    certainty_arrays,
    certainty_header,
    certainty_of,
)
from gridexplainer_widget.results.data.sets_record import minimal_sets_of
from gridexplainer_widget.results.data.settings_record import check_settings

from .case.read import archive_in
from .explanation_data import ExplanationData

MAX_BYTES = 2**29
"""Of all arrays in memory: 64×64 cells of 21,000 classes take two thirds of it."""

MAX_HEADER_BYTES: Final = 2**26  # four for each letter

FORMAT_VERSION: Final = 3

UINT8_ARRAYS: Final = ("picture", "replacement")

BOOL_ARRAYS: Final = ("failed", "handfuls_hidden", "handfuls_probes", "certainty_tells")

ARRAYS: Final = (*UINT8_ARRAYS, "pixels", "vectors", "failed", "baseline_vector")

HANDFUL_ARRAYS: Final = ("handfuls_hidden", "handfuls_probes", "handfuls_vectors")
"""Stored where cells were hidden together."""

OPTIONAL_ARRAYS: Final = (
    *("log_odds", "baseline_log_odds", "handfuls_log_odds", "emptied"),
    *("sets_vectors", "sets_log_odds", "certainty_log_odds"),
)
"""Stored if known, and if there is room for them."""

CHOSEN: Final[tuple[MapName | None, ...]] = (None, "alone", "together")

HEADER_FIELDS: Final = (
    *("target", "contrast", "labels", "score", "fill", "model", "preprocessing", "seconds"),
)


def save(explanation: ExplanationData, path: str | os.PathLike[str]) -> Path:
    """Write an explanation."""
    path = Path(path)
    if path.suffix != ".npz":
        path = path.with_name(path.name + ".npz")
    return write_file(path, npz_bytes(explanation))


def npz_bytes(explanation: ExplanationData) -> bytes:
    """Return what :func:`save` writes."""
    header = {
        "format": FORMAT_VERSION,
        "grid": list(vars(explanation.grid).values()),
        "settings": dict(explanation.settings),
        "checked": explanation.checked.record if explanation.checked else None,
        "chosen": explanation.chosen,
        "minimal_sets": explanation.minimal_sets.record if explanation.minimal_sets else None,
        "certainty": certainty_header(explanation.certainty) if explanation.certainty else None,
        **{name: getattr(explanation, name) for name in HEADER_FIELDS},
    }
    arrays: dict[str, Any] = {name: getattr(explanation, name) for name in ARRAYS}
    arrays["pixels"] = _compact(explanation.pixels)
    found = explanation.attribution
    if found is not None:
        header["attribution"] = {
            **{name: value for name, value in vars(found).items() if name not in MAP_ARRAYS},
            "cost": vars(found.cost),
        }
        arrays |= {f"attribution_{name}": getattr(found, name) for name in MAP_ARRAYS}
    if explanation.handfuls is not None:
        arrays |= {name: explanation.handfuls.arrays[name] for name in HANDFUL_ARRAYS}
    sure = certainty_arrays(explanation.certainty)
    arrays |= {name: sure[name] for name in CERTAINTY_ARRAYS if sure}
    arrays |= _known_log_odds(explanation, arrays)
    arrays["header"] = np.array(json.dumps(header, ensure_ascii=False))
    _bound(arrays)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def load(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read an explanation's fields, also from a report."""
    try:
        with stored_arrays(archive_in(path), MAX_BYTES) as stored:
            header = _header(stored)
            found = header.get("attribution") is not None
            maps = [f"attribution_{name}" for name in MAP_ARRAYS] if found else []
            handfuls = HANDFUL_ARRAYS if HANDFUL_ARRAYS[0] in stored else ()
            certainty = CERTAINTY_ARRAYS if header.get("certainty") is not None else ()
            logits = [name for name in OPTIONAL_ARRAYS if name in stored]
            names = (*ARRAYS, *maps, *handfuls, *certainty, *logits)
            needed = {name: stored[name] for name in names}
            _bound(needed)
            return _from_parts(header, needed)
    except FileNotFoundError:
        raise
    except Exception as error:  # zipfile, zlib, NumPy and JSON raise many kinds
        raise ValueError(
            f"{os.fspath(path)!r} is no explanation that can be read: {_words(error)}. "
            "Wanted is a file that Explanation.save() wrote."
        ) from error


def _header(stored: Mapping[str, StoredArray]) -> dict[str, Any]:
    text = stored["header"]
    if text.dtype.kind != "U" or text.shape != ():
        raise ValueError(f"its header is {text.dtype} {text.shape}, and one text is wanted")
    _bound({"header": text})
    return as_mapping(read_json(str(text.read())), "header")


def _bound(arrays: Mapping[str, StoredArray | NDArray[Any]]) -> None:
    """Refuse what would take too much memory, in a file as before one is written."""
    header = arrays["header"].nbytes if "header" in arrays else 0
    if header > MAX_HEADER_BYTES:
        raise ValueError(
            f"labels, settings and notes have {header // 4:,} letters, and a file holds at most "
            f"{MAX_HEADER_BYTES // 4:,}"
        )
    floats = 4 // arrays["pixels"].dtype.itemsize if "pixels" in arrays else 0
    size = sum(array.nbytes * (floats if name == "pixels" else 1) for name, array in arrays.items())
    if size > MAX_BYTES:
        raise ValueError(
            f"its arrays take {size:,} bytes in memory, and a file holds at most {MAX_BYTES:,}"
        )


def _words(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"it lacks {error}"
    kind = "" if isinstance(error, (ValueError, TypeError)) else f"{type(error).__name__}, "
    return shown(f"{kind}{error}", MAX_TEXT)


def _known_log_odds(
    explanation: ExplanationData, others: Mapping[str, NDArray[Any]]
) -> dict[str, NDArray[Any]]:
    handfuls = explanation.handfuls.arrays if explanation.handfuls else {}
    sure = certainty_arrays(explanation.certainty)
    known = {**vars(explanation), **handfuls, **_answers_to_sets(explanation), **sure}
    arrays = {name: known[name] for name in OPTIONAL_ARRAYS if known.get(name) is not None}
    arrays = {name: array for name, array in arrays.items() if np.isfinite(array).any()}
    size = sum(array.nbytes for array in (*arrays.values(), *others.values()))
    return arrays if size <= MAX_BYTES // 2 else {}


def _answers_to_sets(explanation: ExplanationData) -> dict[str, NDArray[Any]]:
    sets = explanation.minimal_sets.sets if explanation.minimal_sets else ()
    answers = [found.answers for found in sets if found.answers is not None]
    if not answers or len(answers) < len(sets):
        return {}
    arrays = map(np.stack, zip(*answers, strict=True))
    return dict(zip(("sets_vectors", "sets_log_odds"), arrays, strict=True))


def _compact(pixels: NDArray[np.float32]) -> NDArray[Any]:
    small = np.clip(pixels, 0, 255).astype(np.uint8)
    return small if np.array_equal(small, pixels) else pixels


def _from_parts(header: dict[str, Any], stored: Mapping[str, StoredArray]) -> dict[str, Any]:
    if header["format"] != FORMAT_VERSION:
        raise ValueError(f"its format is {header['format']!r}, and {FORMAT_VERSION} is wanted")
    rows, columns, height, width = (as_whole(number, "grid") for number in header["grid"])
    grid = Grid(rows, columns, height, width)
    labels = as_texts(header["labels"], "labels")
    _check_shapes(stored, grid, len(labels))
    arrays = {name: array.read() for name, array in stored.items()}
    arrays["pixels"] = arrays["pixels"].astype(np.float32, copy=False)
    settings = as_mapping(header["settings"], "settings")
    _check_numbers(arrays, bounded=settings.get("output") != "value")
    attribution = None
    if header.get("attribution") is not None:
        attribution = attribution_of(header["attribution"], arrays, grid)
    sets = header.get("minimal_sets")
    target, output = find_class(header["target"], labels), settings.get("output")
    method = parse_method(attribution.method if attribution else "occlusion")
    check_settings(settings, method)
    return dict(
        grid=grid,
        target=target,
        contrast=find_contrast(header.get("contrast"), target, labels, output),
        labels=labels,
        score=parse_score(header["score"], output),
        seconds=as_seconds(header["seconds"]),
        settings=settings,
        checked=Preflight.of_record(header["checked"]) if header["checked"] else None,
        attribution=attribution,
        **{name: arrays.get(name) for name in ("log_odds", "baseline_log_odds", "emptied")},
        handfuls=Handfuls.of_arrays(arrays) if HANDFUL_ARRAYS[0] in arrays else None,
        chosen=_chosen(header["chosen"]),
        certainty=certainty_of(header.get("certainty"), arrays, target, labels, settings),
        minimal_sets=minimal_sets_of(sets, grid, labels, _sets_answers(arrays)) if sets else None,
        **{name: arrays[name] for name in ARRAYS},
        **{name: as_text(header[name], name) for name in ("fill", "model", "preprocessing")},
    )


def _sets_answers(arrays: Mapping[str, NDArray[Any]]) -> Answers | None:
    if "sets_vectors" not in arrays:
        return None
    answers = Answers.without_logits(arrays["sets_vectors"])
    return answers._replace(log_odds=arrays.get("sets_log_odds", answers.log_odds))


def _chosen(name: Any) -> MapName | None:
    for known in CHOSEN:
        if name == known:
            return known
    raise ValueError(f"it shows the map {name!r:.40}, which there is not")


def _check_shapes(stored: Mapping[str, StoredArray], grid: Grid, classes: int) -> None:
    handfuls = stored[HANDFUL_ARRAYS[0]].shape[:1] if HANDFUL_ARRAYS[0] in stored else ()
    sets = stored["sets_vectors"].shape[:1] if "sets_vectors" in stored else ()
    ways = stored[CERTAINTY_ARRAYS[0]].shape[:1] if CERTAINTY_ARRAYS[0] in stored else ()
    shapes = {
        "picture": (*stored["picture"].shape[:2], 3),
        "pixels": (grid.height, grid.width, *stored["pixels"].shape[2:3]),
        "replacement": (grid.height, grid.width, 3),
        "vectors": (*grid.shape, classes),
        "failed": grid.shape,
        "baseline_vector": (classes,),
        "log_odds": (*grid.shape, classes),
        "baseline_log_odds": (classes,),
        "emptied": (classes,),
        "handfuls_hidden": (*handfuls, len(grid)),
        "handfuls_probes": handfuls,
        "handfuls_vectors": (*handfuls, classes),
        "handfuls_log_odds": (*handfuls, classes),
        "sets_vectors": (*sets, classes),
        "sets_log_odds": (*sets, classes),
        "certainty_vectors": (*ways, *grid.shape, classes),
        "certainty_log_odds": (*ways, *grid.shape, classes),
        "certainty_tells": (*ways, *grid.shape),
    }
    shapes = {name: shape for name, shape in shapes.items() if name in stored}
    if stored["pixels"].shape[2:] not in {(1,), (3,), (4,)}:
        raise ValueError(f"its pixels are {stored['pixels'].shape}, and 1, 3 or 4 channels wanted")
    for name, shape in shapes.items():
        stored[name].check(name, shape, _dtypes(name))
    for name in ("picture", "handfuls_hidden", "certainty_vectors"):
        if name in stored and not stored[name].nbytes:
            raise ValueError(f"its {name} is empty")


def _check_numbers(arrays: Mapping[str, NDArray[Any]], *, bounded: bool) -> None:
    """Check the ranges; values of a regression have none unless `bounded`."""
    most = 1 if bounded else np.inf
    check_range("pixels", arrays["pixels"], 255)
    check_range("vectors", arrays["vectors"], most, may_lack=True)  # NaN where not scored
    check_range("baseline_vector", arrays["baseline_vector"], most)
    if "certainty_vectors" in arrays:
        check_range("certainty_vectors", arrays["certainty_vectors"], most, may_lack=True)
    for name in {"handfuls_vectors", "emptied", "sets_vectors"} & set(arrays):
        check_range(name, arrays[name], most)


def _dtypes(name: str) -> tuple[type[np.generic], ...]:
    if name in UINT8_ARRAYS:
        return (np.uint8,)
    if name == "pixels":
        return np.float32, np.uint8
    return (np.bool_,) if name in BOOL_ARRAYS else (np.float32,)
