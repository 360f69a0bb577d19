"""Build the site in build/site: ``python -m tools.site``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import build_main

from .gather import ROOT, gather
from .live import live_pages
from .notebooks import notebook_pages


def build(source: Path, target: Path) -> int:
    """Have Sphinx build the pages in `source`; any warning is an error. Return its exit status."""
    return build_main(["-W", "--keep-going", "-q", "-b", "html", str(source), str(target)])


def main() -> int:
    """Gather, make what is live, build."""
    source, target = ROOT / "build" / "site-source", ROOT / "build" / "site"
    for folder in (source, target):
        shutil.rmtree(folder, ignore_errors=True)
    live = source / "extra" / "live"
    gather(source)
    live_pages(live)
    notebook_pages(source, live, execute=True)
    status = build(source, target)
    if not status:
        print(f"The site: {target / 'index.html'}")
    return status


if __name__ == "__main__":
    sys.exit(main())
