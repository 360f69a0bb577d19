"""The two sides of the wire name things alike."""

import json
import re
from pathlib import Path

import pytest

from gridexplainer_widget import GridExplainerWidget
from gridexplainer_widget.results.data.tint import AGAINST, MAX_OPACITY, MIN_SCALE, SUPPORTS
from gridexplainer_widget.wire import explorer as protocol
from gridexplainer_widget.wire import shared

SOURCES = Path(__file__).parents[3] / "js" / "src"


def constant(file: str, name: str) -> str:
    source = (SOURCES / file).read_text(encoding="utf-8")
    match = re.search(rf"export const {name}[^=]*= (.*?)(?: as const)?;", source, re.DOTALL)
    assert match, f"{name} is not in {file}"
    return match[1]


def names(name: str) -> list[str]:
    file = "widget_model.ts" if name in vars(shared) else "explorer_protocol.ts"
    written = constant(f"model/{file}", name)
    spread = re.sub(r"\.\.\.(\w+)", lambda match: json.dumps(names(match[1]))[1:-1], written)
    return json.loads(re.sub(r",\s*]", "]", spread))


@pytest.mark.parametrize(
    "name",
    [
        "KERNEL_TRAITS",
        "APPEARANCE",
        "FRONT_END_TRAITS",
        "COMMANDS",
        "SAVED_FORMATS",
        "UPLOAD_TYPES",
        "COLORMAPS",
        "SCALES",
        "STATUSES",
    ],
)
def test_names(name: str) -> None:
    assert tuple(names(name)) == {**vars(shared), **vars(protocol)}[name]


def test_bounds() -> None:
    assert int(constant("model/explorer_protocol.ts", "MAX_GRID")) == protocol.MAX_GRID
    factor, power = re.fullmatch(
        r"(\d+) \* 2 \*\* (\d+)", constant("model/explorer_protocol.ts", "MAX_UPLOAD")
    ).groups()
    assert int(factor) * 2 ** int(power) == protocol.MAX_UPLOAD


def test_the_front_ends_types_name_every_trait() -> None:
    source = (SOURCES / "model/explorer_protocol.ts").read_text(encoding="utf-8")
    body = re.search(r"export interface Traits \{(.*?)\}", source, re.DOTALL)[1]
    names = re.findall(r"^\s+(\w+):", body, re.MULTILINE)
    assert sorted(names) == sorted(protocol.KERNEL_TRAITS + protocol.FRONT_END_TRAITS)


def test_figure_and_widget_show_the_same_colors() -> None:
    hues = constant("cells/colors.ts", "HUES")
    default = re.search(r'"orange-blue": \{ supports: "(.*?)", against: "(.*?)" \}', hues)
    assert default.groups() == (SUPPORTS, AGAINST)
    assert GridExplainerWidget.class_traits()["opacity"].default_value == MAX_OPACITY
    scales = constant("cells/scores.ts", "MIN_SCALE").replace("probability:", '"probability":')
    assert json.loads(scales) == MIN_SCALE
