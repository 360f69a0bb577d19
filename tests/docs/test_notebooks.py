"""The notebooks run, and an executed one shows its map where no widget can run."""

import json
from base64 import b64decode
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from gridexplainer_widget.classifiers.quiet_start import LEVEL, NOTE
from tests.support.sizes import sized

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

FEWER = {
    "cheating": {
        "GridExplainer(cheating.classifier)": "GridExplainer(cheating.classifier, 4, joint=False)",
        '{"rise": 300, "shap": 300, "shap-gradient": 100, "lime": 300}': (
            '{"rise": 40, "shap": 40, "shap-gradient": 10, "lime": 40}'
        ),
    },
    "compare": {
        "grid_size=8": "grid_size=4, joint=False",
        "samples=300": "samples=40",
        '{"samples": 300}': '{"samples": 40}',
        "stages=7": "stages=2",
        '("picture-mean", "blur", "noise", "black")': '["blur"]',
    },
    "quickstart": {"grid_size=8": "grid_size=8, joint=False"},
    "your_model": {"range(150)": "range(15)"},
}
"""By notebook, numbers of its cells and what stands for them in a short run."""


def run(notebook: nbformat.NotebookNode, tmp_path: Path) -> nbformat.NotebookNode:
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    return notebook


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LEVEL, raising=False)
    notebook = nbformat.read(path, as_version=4)
    for number, less in sized(FEWER[path.stem], {}).items():
        assert any(number in cell.source for cell in notebook.cells), number
        for cell in notebook.cells:
            cell.source = cell.source.replace(number, less)
    run(notebook, tmp_path)
    shown = [
        set(output["data"])
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    assert any("application/vnd.jupyter.widget-view+json" in kinds for kinds in shown)
    assert any("image/png" in kinds for kinds in shown)
    said = [
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "text" in output
    ]
    assert not [line for text in said for line in text.splitlines() if NOTE.match(line)]


def test_notebooks_are_committed_without_outputs() -> None:
    for path in NOTEBOOKS.glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") for cell in cells), path.name


def test_an_executed_notebook_holds_the_finished_map(tmp_path: Path) -> None:
    cells = [
        """import numpy as np
from gridexplainer_widget import GridExplainer
def model(batch):
    p = batch[:, :4].mean(axis=(1, 2, 3)) / 255
    return np.stack([1 - p, p], axis=1)
w = GridExplainer(model, 4, fill='black').explore(np.full((16, 16, 3), 200, np.uint8))
w.wait()""",
        "w",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    run(notebook, tmp_path)
    data = notebook.cells[1].outputs[0]["data"]
    assert b64decode(data["image/png"]).startswith(b"\x89PNG")
    (state,) = notebook.metadata["widgets"].values()
    (model,) = [m for m in state["state"].values() if "scores" in str(m.get("buffers"))]
    assert model["state"]["status"] == "done"
    del notebook.metadata["widgets"]  # as where a page shows outputs and runs no widget
    html, _ = HTMLExporter().from_notebook_node(notebook)
    assert data["image/png"][:200] in html
