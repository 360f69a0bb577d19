"""What all commands share."""

import json
import os
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import click
import numpy as np
import pytest
from click.testing import CliRunner

from gridexplainer_widget import GridExplainer, __version__
from gridexplainer_widget.cli import command
from gridexplainer_widget.cli.command import Command, plain, print_json
from gridexplainer_widget.cli.drops_table import table
from gridexplainer_widget.cli.main import COMMANDS, gridexplainer
from gridexplainer_widget.cli.records import explanation_record, named
from tests.support.models import TopLeft
from tests.support.terminal import ran


def test_each_command_tells_its_statuses_and_has_a_line_and_json() -> None:
    overview = ran("--help").stdout
    assert "Exit status: 0: done" in overview
    assert "_GRIDEXPLAINER_COMPLETE=bash_source" in overview
    for one in COMMANDS:
        told = " ".join(ran(one.name, "--help").stdout.split())
        assert "Exit status: 0: " in told
        assert "2: a model, picture or argument is of no use; 130: stopped." in told
        assert "--json" in told
        assert "..." not in one.get_short_help_str(limit=60), one.name


def test_no_command_and_no_such_command() -> None:
    assert ran("--version").stdout == f"{__version__}\n"
    assert ran().exit_code == 2
    assert ran("explian").exit_code == 2


def test_completion_knows_commands_and_methods() -> None:
    for words, wanted in [
        ("gridexplainer st", "study"),
        ("gridexplainer study --method gr", "grad-cam"),
    ]:
        environment = {
            "_GRIDEXPLAINER_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        }
        result = CliRunner(env=environment).invoke(gridexplainer, prog_name="gridexplainer")
        assert f"plain,{wanted}" in result.stdout


def test_the_grid_in_the_terminal() -> None:
    explanation = GridExplainer(TopLeft(4), 2, fill=(51, 51, 51)).explain(
        np.full((8, 8, 3), 255, np.uint8), 1
    )
    assert table(explanation, color=False).splitlines() == [
        "class 1 100.0%: change in points of probability with each cell hidden",
        " −80.0   0.0",
        "   0.0   0.0",
    ]
    assert "\033[48;5;208;38;5;16m −80.0\033[0m" in table(explanation, color=True)
    assert "\033[48;5;67;38;5;16m  60.0\033[0m" in table(explanation.for_target(2), color=True)


def test_a_reason_does_not_drive_the_terminal() -> None:
    @click.command(cls=Command)
    def failing() -> None:
        raise ValueError("m\udcfc.onnx \x1b[2J cannot be read:\nno weights")

    result = CliRunner().invoke(failing)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "m�.onnx \\x1b[2J cannot be read:\nno weights\n"


def test_a_record_is_plain() -> None:
    values = {"a": np.array([[1, np.nan]], np.float32), "b": (np.int64(2), float("inf")), 3: None}
    assert plain(values) == {"a": [[1.0, None]], "b": [2, None], "3": None}


@pytest.mark.parametrize(
    ("terminal", "set_before", "during"),
    [(False, None, "1"), (True, None, None), (False, "0", "0")],
)
def test_bars_are_for_terminals(
    terminal: bool, set_before: str | None, during: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    if set_before:
        monkeypatch.setenv("TQDM_DISABLE", set_before)
    monkeypatch.setattr(command.sys, "stderr", SimpleNamespace(isatty=lambda: terminal))
    with command._bars_for_terminals_only():
        seen = os.environ.get("TQDM_DISABLE")
    monkeypatch.setattr(command.sys, "stderr", sys.__stderr__)
    assert seen == during
    assert os.environ.get("TQDM_DISABLE") == set_before


@pytest.mark.parametrize("name", [one.name for one in COMMANDS])
def test_the_docs_tell_each_command(name: str) -> None:
    told = (Path(__file__).parents[3] / "docs" / "terminal.md").read_text(encoding="utf-8")
    assert f"`gridexplainer {name}" in told
    assert re.search(rf"\n\| [^|]*`{name}`[^|]* \| ", told)


def test_the_docs_tell_each_field_of_a_map() -> None:
    told = (Path(__file__).parents[3] / "docs" / "terminal.md").read_text(encoding="utf-8")
    explanation = GridExplainer(TopLeft(4), 2).explain(np.zeros((8, 8, 3), np.uint8))
    record = named("a.png", [], explanation_record(explanation))
    assert [field for field in record if f"`{field}`" not in told.split("A map has")[1]] == []


def test_what_a_library_prints_is_no_result() -> None:
    @click.command(cls=Command)
    def chatting() -> None:
        print("Downloading data")
        print_json("chat", {"a": 1})

    result = CliRunner().invoke(chatting)
    assert result.stderr == "Downloading data\n"
    assert json.loads(result.stdout) == {"gridexplainer": __version__, "command": "chat", "a": 1}
