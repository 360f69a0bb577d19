"""Notebooks as pages, as they ran; a standalone page stands in the place of each live widget."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import MarkdownExporter

from .gather import NOTEBOOKS, ROOT, relinked

WIDGETS_AS_PAGES = """
from functools import partial
from itertools import count
from pathlib import Path
from IPython import get_ipython
from gridexplainer_widget import ComparisonWidget, GridExplainerWidget

def page_of(widget, look, number=count(1), folder=Path({folder!r}), stem={stem!r}):
    widget.wait()
    name = f"{{stem}}-{{next(number)}}.html"
    widget.to_html(folder / name)
    return {{"text/html": f'<iframe class="{{look}}" loading="lazy" title="The live widget" '
                         f'src="../live/{{name}}"></iframe>'}}

for kind, look in ((GridExplainerWidget, "live"), (ComparisonWidget, "live tall")):
    show = partial(page_of, look=look)
    get_ipython().display_formatter.mimebundle_formatter.for_type(kind, show)
"""

WIDGET = "application/vnd.jupyter.widget-view+json"

NOTE = """
```{{note}}
{{download}}`{name}`, run from top to bottom. Where the notebook shows the live widget, its
standalone page stands here: no model is behind it, so it answers what is known already.
```
"""


def run(notebook: nbformat.NotebookNode, stem: str, live: Path) -> None:
    """Run a notebook; its widgets become pages in the folder `live`."""
    setup = nbformat.v4.new_code_cell(WIDGETS_AS_PAGES.format(folder=str(live), stem=stem))
    notebook.cells.insert(0, setup)
    NotebookClient(notebook, timeout=1200, resources={"metadata": {"path": str(live)}}).execute()
    del notebook.cells[0]
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if not _progress(output)]


def _progress(output: nbformat.NotebookNode) -> bool:
    """Tell a bar, of which nobody wants to know once it is over: text, or a widget of another's."""
    return output.get("name") == "stderr" or WIDGET in output.get("data", {})


def notebook_pages(source: Path, live: Path, *, execute: bool) -> None:
    """Write a page of Markdown for each notebook; without `execute`, without outputs."""
    folder = source / "notebooks"
    folder.mkdir()
    live.mkdir(parents=True, exist_ok=True)
    for path in sorted((ROOT / NOTEBOOKS).glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        if execute:
            print(f"Running {path.name}", flush=True)
            run(notebook, path.stem, live)
        text, resources = MarkdownExporter().from_notebook_node(
            notebook, resources={"unique_key": path.stem, "output_files_dir": "."}
        )
        head, title, rest = text.partition("\n\n")
        page = relinked(
            f"{head}\n{NOTE.format(name=path.name)}{title}{rest}", f"{NOTEBOOKS}/{path.name}"
        )
        (folder / f"{path.stem}.md").write_text(page, encoding="utf-8")
        for name, content in resources.get("outputs", {}).items():
            (folder / name).write_bytes(content)
        (folder / path.name).write_bytes(path.read_bytes())
