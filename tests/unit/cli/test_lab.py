"""``gridexplainer lab``: the notebooks, copied."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from gridexplainer_widget.cli.lab import NOTEBOOKS
from tests.support.terminal import ran

NAMES = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


def test_notebooks_are_written_and_never_over_a_changed_one(tmp_path: Path) -> None:
    folder = tmp_path / "of" / "mine"
    first = ran("lab", folder, "--no-open")
    assert first.exit_code == 0
    assert f"Written into {folder}: {', '.join(NAMES)}." in first.stdout
    for name in NAMES:
        assert (folder / name).read_bytes() == (NOTEBOOKS / name).read_bytes()
    (folder / "quickstart.ipynb").write_text("mine")
    (folder / "cheating.ipynb").unlink()
    again = json.loads(ran("lab", folder, "--no-open", "--json").stdout)
    assert again["kept"] == ["quickstart.ipynb"]
    assert again["written"] == ["cheating.ipynb"]
    assert again["same"] == [n for n in NAMES if n not in {"quickstart.ipynb", "cheating.ipynb"}]
    assert (folder / "quickstart.ipynb").read_text() == "mine"
    assert "Kept as they are" in ran("lab", folder, "--no-open").stdout


def test_jupyterlab_is_opened_where_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], *, cwd: str, check: bool) -> SimpleNamespace:
        assert command == [sys.executable, "-m", "jupyterlab", "quickstart.ipynb"]
        assert (cwd, check) == (str(tmp_path), False)
        return SimpleNamespace(returncode=3)

    monkeypatch.setattr(subprocess, "run", run)
    assert ran("lab", tmp_path).exit_code == 3
    monkeypatch.setattr("gridexplainer_widget.cli.lab.find_spec", lambda name: None)
    without = ran("lab", tmp_path)
    assert without.exit_code == 0
    assert "pip install 'gridexplainer-widget[lab]'" in without.stderr
