"""Run the demo where there is nothing but what was installed, and look at what it wrote.

    python tests/packaging/demo_runs.py .venv/bin/gridexplainer

It needs the standard library alone: an environment that holds the package holds no pytest yet.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

KEPT = ("PATH", "LANG", "LD_LIBRARY_PATH")


def run_the_demo(command: Path, folder: Path) -> None:
    """Run it in an empty home below `folder`."""
    home = folder / "home"
    home.mkdir()
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    done = subprocess.run(
        [command, "demo", "--json", "--out", "demo.html"],
        cwd=home,
        env={**kept, "HOME": str(home)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, ""), done
    told = json.loads(done.stdout)
    assert (told["command"], told["picture"], told["label"]) == ("demo", "cat and dog", "dog")
    assert (told["files"], len(told["values"])) == (["demo.html"], 8)
    assert 0 < told["foretells"]["value"] < 1
    assert (home / "demo.html").read_text(encoding="utf-8").startswith("<!doctype html>")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        run_the_demo(Path(sys.argv[1]).absolute(), Path(folder))
