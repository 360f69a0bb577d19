"""What the documentation shows of PyTorch, timm and Hugging Face runs."""

from pathlib import Path

import pytest

import tests.support.pytorch  # noqa: F401 - torchvision is imported, wherever the tests run
from tests.support.pages import pages_with_python

from .test_blocks import run_in

PAGES = pages_with_python(pytorch=True)


@pytest.mark.parametrize("page", PAGES)
def test_blocks_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_in(tmp_path, PAGES[page], monkeypatch)
