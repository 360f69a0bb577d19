"""The documentation's code: its blocks, and how those of a page are run."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))

FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)

NEEDS = "# Needs "
"""How a block begins that is not run, and says why: it is only read."""

PYTORCH = re.compile(r"\b(torch|torchvision|timm|transformers)\b")
"""What names it runs in PyTorch's process: it and TensorFlow do not always bear each other."""

NUMBER = re.compile(r"[-−+]?\d+(?:\.\d+)?")

SMALLER = {
    'weights="imagenet"': "weights=None",
    "weights=weights": "weights=None",
    "pretrained=True": "pretrained=False",
    '"resnet50"': '"test_resnet"',
    '"google/vit-base-patch16-224"': '"vit"',
}
"""What would be downloaded, and what stands for it."""


@dataclass(frozen=True)
class Block:
    """A block of code on a page; `line` is that of its first line, from 1."""

    page: Path
    line: int
    language: str
    code: str

    @property
    def name(self) -> str:
        """Where it stands, as errors tell it."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def of_pytorch(self) -> bool:
        """Whether it names PyTorch or what is made of it."""
        return bool(PYTORCH.search(self.code))


FEWER_CELLS = {
    "GridExplainer(honest.classifier)": "GridExplainer(honest.classifier, 4)",
    'GridExplainer("model.onnx", labels=': 'GridExplainer("model.onnx", 4, labels=',
}
"""In a short run, on pages that show no numbers."""


def blocks_of(page: Path) -> list[Block]:
    """Read the blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, match.start()) + 2, match[2], _dedented(match))
        for match in FENCE.finditer(text)
    ]


def _dedented(match: re.Match[str]) -> str:
    return re.sub(f"^{match[1]}", "", match[3], flags=re.MULTILINE)


def parts_of(page: Path, *, pytorch: bool) -> list[Block]:
    """Choose the blocks that one of the two processes runs.

    A page whose first Python block names PyTorch is PyTorch's as a whole; of others, the blocks
    that do.
    """
    blocks = blocks_of(page)
    first = next((block for block in blocks if block.language == "python"), None)
    if first is None:
        return []
    if first.of_pytorch:
        return blocks if pytorch else []
    return [block for block in blocks if block.of_pytorch == pytorch]


def pages_with_python(*, pytorch: bool) -> dict[str, list[Block]]:
    """Choose, by page, what one of the two processes runs."""
    parts = {page: parts_of(page, pytorch=pytorch) for page in PAGES}
    return {
        str(page.relative_to(ROOT)): blocks
        for page, blocks in parts.items()
        if any(block.language == "python" for block in blocks)
    }


def run_blocks(blocks: Sequence[Block], smaller: Mapping[str, str]) -> None:
    """Run the Python blocks in order; a block of text after one is what it prints."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if block.language != "python":
            continue
        code = compile("\n" * (block.line - 1) + replaced(block.code, smaller), block.name, "exec")
        if block.code.startswith(NEEDS):
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, names)
        if following is not None and following.language == "text":
            assert_alike(printed.getvalue(), following.code, following.name)


def replaced(code: str, smaller: Mapping[str, str]) -> str:
    """Put what a test has in the place of what a reader has."""
    for wanted, small in smaller.items():
        code = code.replace(wanted, small)
    return code


def assert_alike(printed: str, shown: str, where: str) -> None:
    """Compare words exactly, and numbers but for what processors round differently."""
    assert NUMBER.split(printed.strip()) == NUMBER.split(shown.strip()), where
    found, told = (list(map(_number, NUMBER.findall(text))) for text in (printed, shown))
    assert found == pytest.approx(told, rel=0.05, abs=0.01), where


def _number(text: str) -> float:
    return float(text.replace("−", "-"))


CALLED = """#!/bin/sh
printf '%s\\0' "$@" >> called
printf '\\n' >> called
"""
"""Stands for the command: writes what the shell has made of a line."""


def calls_in(code: str, folder: Path) -> list[list[str]]:
    """Let a shell read lines in a folder; tell what it gives to each call of ``gridexplainer``."""
    stand_in = folder / "bin" / "gridexplainer"
    stand_in.parent.mkdir()
    stand_in.write_text(CALLED, encoding="utf-8")
    stand_in.chmod(0o755)
    path = f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}
    subprocess.run(["bash", "-euc", code], cwd=folder, env=environment, check=True)
    lines = (folder / "called").read_text(encoding="utf-8").splitlines()
    return [line.split("\0")[:-1] for line in lines]
