import click
import pytest

from gridexplainer_widget.cli.main import gridexplainer
from tests.support.pages import PAGES, blocks_of, commands_of
from tools import traits

COMMANDS = [told for page in PAGES for told in commands_of(blocks_of(page))]


def test_the_table_of_traits_is_true() -> None:
    made = traits.PATH.read_text(encoding="utf-8")
    assert made == traits.text(), "run python -m tools.traits"


@pytest.mark.parametrize(("where", "arguments"), COMMANDS, ids=str)
def test_commands_are_understood(where: str, arguments: list[str]) -> None:
    name, *rest = arguments
    command = gridexplainer.commands[name]
    assert isinstance(command.make_context(name, rest), click.Context)
