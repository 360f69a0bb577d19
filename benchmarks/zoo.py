"""Try one model of each family of timm, transformers and `keras.applications`.

Each model has a process of its own with limits of time and memory, so that a crash is a row, too.
Rows are kept in zoo.json; those that it holds are not tried again, unless named. Each model is
small where it can be, its weights random but alive, its picture the smallest it takes.

    python -m benchmarks.zoo timm|transformers|keras [names …]
    python -m benchmarks.zoo table      # zoo.json → docs/zoo.md
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("OMP_NUM_THREADS", "1")

RESULTS = Path(__file__).with_name("zoo.json")
LIBRARIES = ("timm", "transformers", "keras")
SECONDS = 150
MIB = 4096
PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 2**20

Row = dict[str, Any]


def library(name: str) -> tuple[dict[str, str], Callable[[str], Any]]:
    """Its families' members, and what makes one of them."""
    if name == "keras":
        from benchmarks import zoo_keras  # noqa: PLC0415 - not beside PyTorch

        return zoo_keras.keras_members(), zoo_keras.keras_specimen
    from benchmarks import zoo_torch  # noqa: PLC0415 - not beside TensorFlow

    if name == "timm":
        return zoo_torch.timm_members(), zoo_torch.timm_specimen
    return zoo_torch.transformers_members(), zoo_torch.transformers_specimen


def row_of(make: Callable[[str], Any], name: str) -> Row:
    """Look at one model in a process of its own."""
    context = multiprocessing.get_context("fork")  # what is imported is imported once
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(make, name, theirs))
    started = time.monotonic()
    process.start()
    theirs.close()
    stopped = ""
    while not (ours.poll(0.2) or stopped):
        if time.monotonic() - started > SECONDS:
            stopped = f"it took more than {SECONDS} s"
        elif _mib(process.pid) > MIB:
            stopped = f"it took more than {MIB / 1024:.0f} GiB"
    try:
        row: Row = {"stopped": stopped} if stopped else ours.recv()
    except EOFError:
        row = {"stopped": "its process crashed"}
    process.kill()
    process.join()
    return {**row, "seconds": round(time.monotonic() - started, 1)}


def _work(make: Callable[[str], Any], name: str, answer: Any) -> None:
    from benchmarks.zoo_look import look  # noqa: PLC0415 - after the fork

    with Path(os.devnull).open("w") as nowhere:
        sys.stdout = nowhere
        try:
            specimen = make(name)
        except Exception as error:  # noqa: BLE001 - a row of the table
            answer.send({"not made": f"{type(error).__name__}: {error}"})
            return
        try:
            answer.send(look(specimen))
        except Exception as error:  # noqa: BLE001 - as above
            answer.send({"not looked at": f"{type(error).__name__}: {error}"})


def _mib(pid: int | None) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * PAGE_MIB


def _members(name: str) -> int:
    """Count a library's members, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.zoo", "count", name]
    return int(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.split()[-1])


def main() -> None:
    wanted, *named = sys.argv[1:]
    if wanted == "table":
        from benchmarks.zoo_table import write_table  # noqa: PLC0415 - only then

        write_table(json.loads(RESULTS.read_text()), {name: _members(name) for name in LIBRARIES})
        return
    if wanted == "count":
        print(len(library(named[0])[0]))
        return
    rows: dict[str, Row] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    members, make = library(wanted)
    for family, name in members.items():
        key = f"{wanted} {name}"
        if name in named or not (named or key in rows):
            rows[key] = {"library": wanted, "family": family, "name": name, **row_of(make, name)}
            RESULTS.write_text(json.dumps(rows, indent=1) + "\n")
            print(key, json.dumps(rows[key])[:300], flush=True)


if __name__ == "__main__":
    main()
