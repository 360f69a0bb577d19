"""The two sides of the wire name things alike."""

import json
import re
from pathlib import Path

import pytest

from gridexplainer_widget import protocol
from gridexplainer_widget.plot import AGAINST, LEAST_SCALE, STRONGEST, SUPPORTS

SOURCES = Path(__file__).parents[2] / "js" / "src"


def constant(file: str, name: str) -> str:
    source = (SOURCES / file).read_text(encoding="utf-8")
    match = re.search(rf"export const {name}[^=]*= (.*?)(?: as const)?;", source, re.DOTALL)
    assert match, f"{name} is not in {file}"
    return match[1]


@pytest.mark.parametrize("name", ["KERNEL_TRAITS", "FRONT_END_TRAITS", "COMMANDS", "STATUSES"])
def test_names(name: str) -> None:
    written = re.sub(r",\s*]", "]", constant("protocol.ts", name))
    assert tuple(json.loads(written)) == getattr(protocol, name)


def test_the_finest_grid() -> None:
    assert int(constant("protocol.ts", "MAX_GRID")) == protocol.MAX_GRID


def test_the_front_ends_types_name_every_trait() -> None:
    source = (SOURCES / "protocol.ts").read_text(encoding="utf-8")
    body = re.search(r"export interface Traits \{(.*?)\}", source, re.DOTALL)[1]
    names = re.findall(r"^\s+(\w+):", body, re.MULTILINE)
    assert sorted(names) == sorted(protocol.KERNEL_TRAITS + protocol.FRONT_END_TRAITS)


def test_figure_and_widget_show_the_same_colors() -> None:
    assert json.loads(constant("colors.ts", "AGAINST")) == AGAINST
    assert json.loads(constant("colors.ts", "SUPPORTS")) == SUPPORTS
    assert float(constant("colors.ts", "STRONGEST")) == STRONGEST
    scales = constant("scores.ts", "LEAST_SCALE").replace("probability:", '"probability":')
    assert json.loads(scales) == LEAST_SCALE
