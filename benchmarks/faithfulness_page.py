"""real.json and faithfulness.json → docs/faithfulness.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from scipy.stats import wilcoxon

from benchmarks import faithfulness, real
from benchmarks.cases import FILLS, NETWORKS, Row, read_rows
from benchmarks.faithfulness_text import BAND, EQUAL, HEAD, METHODS_HEAD, PAIRS, READING
from gridexplainer_widget.methods.registry import METHODS

PAGE = Path(__file__).parents[1] / "docs" / "faithfulness.md"
MAPS = {"alone": "cells alone", "together": "together", "shap": "SHAP", "lime": "LIME"}
COMPARED = (("together", "alone"), ("together", "shap"), ("together", "lime"), ("alone", "shap"))
SIGNIFICANT = 0.05
MIN_PAIRS = 6
"""Fewer pictures cannot differ below that level."""


def write_page() -> None:
    same, every = read_rows(real.ROWS), read_rows(faithfulness.ROWS)
    parts = [HEAD, "## At the same number of calls", EQUAL, equal_table(same), missing(same)]
    parts += ["### Pair by pair", PAIRS, pair_table(same)]
    stamped = [row for row in same if row["network"] == "cheating"]
    if stamped:
        parts += ["### The planted stamp", stamp_table(stamped, "map", MAPS.get)]
    for network in ("keras", "pytorch", "honest"):
        rows = [row for row in same if row["network"] == network]
        if rows:
            parts += [f"### Each picture: {NETWORKS[network]}", BAND, picture_table(rows)]
    if every:
        parts += ["## Every method, with its default settings", METHODS_HEAD]
    for network in ("honest", "keras", "pytorch"):
        rows = [row for row in every if row["network"] == network]
        if rows:
            parts += [f"### {NETWORKS[network]}", method_table(rows)]
    stamped = [row for row in every if row["network"] == "cheating"]
    if stamped:
        parts += ["### Who finds the stamp?", stamp_table(stamped, "method", title)]
    parts += [READING, reading(same)]
    PAGE.write_text("\n\n".join(part.strip() for part in parts if part) + "\n", encoding="utf-8")


def equal_table(rows: Sequence[Row]) -> str:
    lines = []
    for network in NETWORKS:
        for name, text in MAPS.items():
            mine = [row for row in rows if row["network"] == network and row["map"] == name]
            if network == "cheating" or not mine:
                continue
            worst = min(row["srg"][fill] for row in mine for fill in FILLS)
            poor = sum(is_poor(row) for row in mine)
            told = sum(is_poor(row) and not is_reliable(row) for row in mine)
            foretold = [row["foretells"]["value"] for row in mine if row["foretells"]]
            lines.append(
                [
                    f"{NETWORKS[network]} ({len(mine)})" if name == "alone" else "",
                    text,
                    *(f"{np.mean([row['srg'][fill] for row in mine]):.3f}" for fill in FILLS),
                    f"{worst:.2f}",
                    f"{poor}" + (f", {told} told" if poor else ""),
                    f"{np.mean(foretold):.2f}" if foretold else "–",
                    f"{np.median([row['calls'] for row in mine]):.0f}",
                    f"{np.median([row['seconds'] for row in mine]):.2f}",
                ]
            )
    head = ["network (pictures)", "map", *(f"SRG, {fill}" for fill in FILLS), "worst"]
    return table([*head, "by chance", "foretells", "calls", "seconds"], lines)


def missing(rows: Sequence[Row]) -> str:
    """Say which networks have not been measured, and so conclude nothing."""
    known = {row["network"] for row in rows}
    names = [f"{NETWORKS[name]} (`python -m benchmarks.real {name}`)" for name in NETWORKS]
    absent = [text for name, text in zip(NETWORKS, names, strict=True) if name not in known]
    return f"**Not measured yet**: {'; '.join(absent)}." if absent else ""


def is_poor(row: Row) -> bool:
    """Tell whether random orders reach the map under a fill that tells maps apart."""
    fills = [fill for fill in FILLS if fill not in row["flat"]]
    return any(row["srg"][fill] <= row["random"][fill] for fill in fills)


def is_reliable(row: Row) -> bool:
    foretells = row["foretells"]
    return bool(foretells) and foretells["value"] > foretells["high"]


def pair_table(rows: Sequence[Row]) -> str:
    networks = compared(rows)
    lines = []
    for first, second in COMPARED:
        found = [differences(rows, network, first, second) for network in networks]
        carries = "no" if carried(found) is None else "yes"
        pair = f"{MAPS[first]} − {MAPS[second]}"
        lines.append([pair, *map(difference_text, found), carries])
    return table(["SRG", *(NETWORKS[name] for name in networks), "carries over"], lines)


def compared(rows: Sequence[Row]) -> list[str]:
    """List the networks whose maps are compared pair by pair."""
    known = {row["network"] for row in rows}
    return [name for name in ("keras", "pytorch", "honest") if name in known]


def carried(found: Sequence[np.ndarray]) -> int | None:
    """Return the sign of a difference that all networks agree on; None if there is none.

    One network, drawn or real, carries nothing over.
    """
    signs = set(map(sign_of, found))
    return signs.pop() if len(found) > 1 and len(signs) == 1 and 0 not in signs else None


def sign_of(found: np.ndarray) -> int:
    """Return the sign of what differs beyond chance, else 0."""
    p = paired(found)
    return int(np.sign(np.median(found))) if p is not None and p < SIGNIFICANT else 0


def reading(rows: Sequence[Row]) -> str:
    """Say of each pair what follows, and where a map was by chance without saying so."""
    networks, lines = compared(rows), []
    for first, second in COMPARED:
        found = [differences(rows, network, first, second) for network in networks]
        sign = carried(found)
        ahead = (first, second) if sign != -1 else (second, first)
        better, worse = (MAPS[name] for name in ahead)
        if sign is not None:
            lines.append(f"* **{better}** has a higher SRG than **{worse}** on each network.")
            continue
        told = "; ".join(
            f"{NETWORKS[network]} {difference_text(one)}"
            for network, one in zip(networks, found, strict=True)
        )
        lines.append(f"* Nothing follows about **{better}** and **{worse}**: {told}.")
    for name, text in MAPS.items():
        mine = [row for row in rows if row["map"] == name and row["network"] in networks]
        silent = [row for row in mine if is_poor(row) and is_reliable(row)]
        where = ", ".join(f"{row['picture']} ({row['network']})" for row in silent)
        lines.append(
            f"* Of {len(mine)} maps by **{text}**, {len(silent)} are by chance under a fill, and "
            f"foretell something all the same{f': {where}' if where else ''}."
        )
    return "\n".join(lines)


def differences(rows: Sequence[Row], network: str, first: str, second: str) -> np.ndarray:
    """Subtract one map's SRG from another's, picture by picture."""
    one, other = srg_of(rows, network, first), srg_of(rows, network, second)
    return np.array([one[picture] - other[picture] for picture in one if picture in other])


def srg_of(rows: Sequence[Row], network: str, name: str) -> dict[str, float]:
    """Return the mean SRG under both fills by picture."""
    return {
        row["picture"]: float(np.mean([row["srg"][fill] for fill in FILLS]))
        for row in rows
        if row["network"] == network and row["map"] == name
    }


def paired(differences: np.ndarray) -> float | None:
    """Return the p of Wilcoxon's signed ranks, both sides; None for too few pictures."""
    if len(differences) < MIN_PAIRS or not differences.any():
        return None
    return float(wilcoxon(differences).pvalue)


def difference_text(differences: np.ndarray) -> str:
    median = f"{np.median(differences):+.3f}".replace("-", "−")
    return f"{median} (p {p_text(paired(differences))})"


def p_text(p: float | None) -> str:
    if p is None:
        return "of too few"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def picture_table(rows: Sequence[Row]) -> str:
    lines = []
    for picture, group in groupby(rows, key=lambda row: row["picture"]):
        by_map = {row["map"]: row for row in group}
        first = by_map["alone"]
        chance = " / ".join(f"±{first['random'][fill]:.2f}" for fill in FILLS)
        cells = []
        for name in MAPS:
            row = by_map[name]
            srg = " / ".join(f"{row['srg'][fill]:.2f}" for fill in FILLS)
            foretells = f"{row['foretells']['value']:.2f}" if row["foretells"] else "–"
            doubt = "" if is_reliable(row) else "?"
            shown = row["map"] == row["shown"]
            cells.append(f"{f'**{srg}**' if shown else srg} · {foretells}{doubt}")
        seen = f"{first['class']} {100 * first['probability']:.0f} %"
        name = picture if ": " in picture else f"{picture} ({seen})"
        lines.append([name, chance, *cells])
    return table(["picture", "random", *MAPS.values()], lines)


def method_table(rows: Sequence[Row]) -> str:
    fills = list(rows[0]["under"])
    masked = rows[0]["area"] is not None
    lines, pictures = [], {row["picture"] for row in rows}
    first = srg_by_picture(rows, "occlusion")
    for method in METHODS:
        mine = [row for row in rows if row["method"] == method]
        if not mine:
            continue
        srg = srg_by_picture(rows, method)
        differences = np.array([srg[name] - first[name] for name in srg.keys() & first.keys()])
        against = "" if method == "occlusion" else difference_text(differences)
        poor = sum(any(map(is_by_chance, row["under"].values())) for row in mine)
        gradients = f" + {mine[0]['backward']}" if mine[0]["backward"] else ""
        line = [
            title(method),
            *(f"{np.mean([row['under'][fill]['srg'] for row in mine]):.3f}" for fill in fills),
            against,
            str(poor),
        ]
        if masked:
            line += [mean(mine, name) for name in ("randomised", "pointing", "inside")]
        line += [
            f"{mine[0]['calls']}{gradients}",
            f"{np.median([row['seconds'] for row in mine]):.2f}",
        ]
        lines.append(line)
    head = ["", *(f"SRG, {fill}" for fill in fills), "− occlusion", "by chance"]
    if masked:
        area, itself = mean(rows, "area"), mean(rows, "itself")
        head += ["randomised (0.10)", "pointing", f"inside ({area} to {itself})"]
    text = table([*head, "calls + gradients", "seconds"], lines)
    return f"{len(pictures)} pictures.\n\n{text}"


def is_by_chance(under: Row) -> bool:
    return not under["flat"] and under["srg"] <= under["random"]


def srg_by_picture(rows: Sequence[Row], method: str) -> dict[str, float]:
    return {
        row["picture"]: float(np.mean([row["under"][fill]["srg"] for fill in FILLS]))
        for row in rows
        if row["method"] == method
    }


def stamp_table(rows: Sequence[Row], key: str, named: Callable[[str], str | None]) -> str:
    pictures = list(dict.fromkeys(row["picture"] for row in rows))
    names = list(dict.fromkeys(row[key] for row in rows))
    lines = [
        [
            str(named(name)),
            *(str(row["mark"]) for row in rows if row[key] == name),
        ]
        for name in names
    ]
    return table(["rank of the stamp", *pictures], lines)


def mean(rows: Sequence[Row], name: str) -> str:
    known = [float(row[name]) for row in rows if row[name] is not None]
    return f"{np.mean(known):.2f}" if known else "–"


def title(method: str) -> str:
    return METHODS[method].title


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines)
