"""What the documentation shows runs, page by page; PyTorch's part stands in a file of its own."""

from __future__ import annotations

import threading
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from ipywidgets import Widget

from gridexplainer_widget.live.runner import THREAD_NAME
from tests.support.pages import FEWER_CELLS, SMALLER, Block, pages_with_python, replaced, run_blocks
from tests.support.sizes import sized
from tests.support.stand_ins import classifying_server, lay_out

PAGES = pages_with_python(pytorch=False)


def run_in(folder: Path, blocks: list[Block], monkeypatch: pytest.MonkeyPatch) -> None:
    """Run blocks in a folder with what they name; close the widgets and figures that they leave."""
    lay_out(folder, replaced("".join(block.code for block in blocks), SMALLER))
    monkeypatch.chdir(folder)
    try:
        with classifying_server() as address:
            run_blocks(blocks, {**stand_ins_of(blocks), "localhost:8500": address})
    finally:
        Widget.close_all()
        for thread in threading.enumerate():
            if thread.name == THREAD_NAME:
                thread.join(60)
        plt.close("all")


def stand_ins_of(blocks: list[Block]) -> dict[str, str]:
    """Choose what stands for what; cells are as many as are told where their numbers are."""
    shown = any(block.language == "text" for block in blocks)
    return SMALLER if shown else {**SMALLER, **sized(FEWER_CELLS, {})}


@pytest.mark.parametrize("page", PAGES)
def test_blocks_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_in(tmp_path, PAGES[page], monkeypatch)
