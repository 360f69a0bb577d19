"""benchmarks/zoo.json → docs/zoo.md."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[1] / "docs" / "zoo.md"
SAME = 1e-3
"""Of the largest drop: what float32 rounds away in a network with random weights may be more."""

HEAD = ("model", "side", "explained", "way", "apart", "warned", "Grad-CAM", "left as it was")
TITLES = {
    "timm": "timm",
    "transformers": "Hugging Face transformers",
    "keras": "keras.applications",
}

REASONS = {
    "DinatForImageClassification": "it needs a package that is not there, natten",
    "ImageGPTForImageClassification": "it takes numbers of colours, no pictures",
    "PerceiverForImageClassificationConvProcessing": "its default configuration does not fit it",
    "PerceiverForImageClassificationFourier": "its default configuration does not fit it",
    "Siglip2ForImageClassification": "it takes patches with a mask, no pictures",
}
"""Of models that cannot be made or asked as the others are."""

FLOAT_NOTE = (
    "with these weights the model itself answers as far apart for one picture and for several at "
    "once, by float32's rounding"
)

TEXT = """# The zoo: which models are explained

{summary}

One model of each family of timm, the smallest by its name, with two blocks where it takes
`depth=2`; each image classifier of transformers that a configuration makes, with two blocks where
that tells their number; all of `keras.applications`. Each with ten classes, on a CPU:
{versions}. A picture at the smallest size that the model takes, a 4×4 grid, cells hidden by their
mean. Weights are random but alive: kernels of the usual spread, normalisation that does something,
the last layer scaled so that hiding a cell moves the answer. What learning does to weights is not
tested here. [benchmarks/README.md](../benchmarks/README.md) tells how to run it.

* **way**: what `engine="auto"` did, and why.
* **apart**: the largest difference of a class's probability between what `engine="auto"`, and
  `engine="full"`, gives and the model asked by hand about one picture at a time; relative to the
  largest drop.
* **Grad-CAM**: the layer it took, and its map's size. "zero": the map is zero everywhere, which
  may be so with random weights; "early": a note says that what follows the layer has no maps.
* **left as it was**: weights, buffers, modes, hooks, names of attributes and the random generator's
  state; and the model can be copied and pickled as before.
"""


def write_table(rows: dict[str, dict[str, Any]], members: dict[str, int]) -> None:
    parts = [TEXT.format(summary=_summary(list(rows.values())), versions=_versions())]
    for library, title in TITLES.items():
        found = [row for row in rows.values() if row["library"] == library]
        found.sort(key=lambda row: (row["family"], row["name"]))
        tried = f"Tried: {len(found)} of {members[library]}."
        parts.append(f"## {title}\n\n{tried}\n\n| {' | '.join(HEAD)} |\n{len(HEAD) * '|---'}|\n")
        parts.extend(f"| {' | '.join(_cells(row))} |\n" for row in found)
        parts.append("\n")
    DOCS.write_text("\n".join(parts[:1]) + "\n" + "".join(parts[1:]).rstrip() + "\n")


def _versions() -> str:
    names = ("timm", "transformers", "torch", "keras", "tensorflow")
    return ", ".join(f"{name} {version(name)}" for name in names)


def _summary(rows: list[dict[str, Any]]) -> str:
    looked = [row for row in rows if "full way" in row or "auto way" in row]
    explained = [row for row in looked if "auto way" in row]
    same = [row for row in explained if _apart(row) <= SAME]
    patched = [row for row in explained if row["auto way"].startswith("incremental")]
    cams = [row for row in explained if "grad-cam" in row]
    left = [row for row in explained if row["left as it was"] == "yes"]
    return (
        f"Of {len(rows)} models {len(explained)} are explained, {len(same)} of them to within "
        f"{SAME:.0e} of the largest drop by all three ways, {len(patched)} on patches; Grad-CAM "
        f"explains {len(cams)}; {len(left)} are left as they were.\n"
        f"{sum(bool(row['warned']) for row in explained)} come with a warning; "
        f"{len(rows) - len(explained)} are not explained, each for the reason in its row."
    )


def _apart(row: dict[str, Any]) -> float:
    found = [row.get(f"{engine} off") for engine in ("auto", "full")]
    return max(one if one is not None else float("inf") for one in found)


def _cells(row: dict[str, Any]) -> list[str]:
    name = row["name"]
    if row.get("smaller"):
        name += f" ({', '.join(f'{key}={value}' for key, value in row['smaller'].items())})"
    reasons = [row[key] for key in ("stopped", "not made", "not looked at") if key in row]
    if reasons:
        reason = REASONS.get(row["name"], _short(reasons[0]))
        return [name, "", f"no: {reason}", *[""] * 5]
    error = row.get("auto error")
    return [
        name,
        str(row["side"]),
        "yes" if error is None else f"no: {_short(error)}",
        _short(row.get("auto way", "")),
        _differences(row) if error is None else "",
        _short(" ".join(row["warned"])) or "no",
        _grad_cam(row),
        row["left as it was"],
    ]


def _differences(row: dict[str, Any]) -> str:
    auto, full = (row[f"{engine} off"] for engine in ("auto", "full"))
    rounded = full > SAME / 2 and auto < 3 * full
    return f"{auto:.0e}, {full:.0e}" + f": {FLOAT_NOTE}" * (rounded and auto > SAME)


def _grad_cam(row: dict[str, Any]) -> str:
    if "grad-cam" not in row:
        return f"no: {_short(row['grad-cam error'])}"
    notes = " ".join(row["grad-cam notes"])
    told = [
        word
        for word, sign in (("zero", "is zero every"), ("early", "comes early"))
        if sign in notes
    ]
    return f"`{row['grad-cam']}`, {', '.join([row['grad-cam maps'], *told])}"


def _short(text: str) -> str:
    line = " ".join(text.split()).replace("|", "\\|")
    return line if len(line) <= 160 else f"{line[:160]}…"
