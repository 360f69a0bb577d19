"""The lines of the terminal that the documentation shows run, as a shell reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.pages import PAGES, Block, blocks_of, calls_in
from tests.support.sizes import sized
from tests.support.stand_ins import lay_out
from tests.support.terminal import ran

BLOCKS = {
    block.code: block
    for page in PAGES
    for block in blocks_of(page)
    if block.language == "sh" and "gridexplainer " in block.code
}
"""What two pages say alike is run once."""

FEWER_CELLS = {"report": ["--grid", "4"]}
"""By command, what is added to a line in a short run."""

CHANGED = 1
"""How `diff` ends where answers or maps changed: with another network, they do."""


@pytest.mark.parametrize("block", BLOCKS.values(), ids=lambda block: block.name)
def test_lines_run(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, block.code)
    monkeypatch.chdir(tmp_path)
    calls = calls_in(block.code, tmp_path)
    assert len(calls) == block.code.count("gridexplainer ")
    for arguments in calls:
        done = ran(*arguments, *sized(FEWER_CELLS, {}).get(arguments[0], []))
        fine = {0, CHANGED} if arguments[0] == "diff" else {0}
        assert done.exit_code in fine, (arguments, done.output, done.exception)
        assert done.stdout
