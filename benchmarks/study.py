"""What a study costs, survives and finds.

    python -m benchmarks.study shortcuts [pictures]    # pictures of the demo, half of them stamped
    python -m benchmarks.study photographs [crops]     # EfficientNet-Lite0: real_networks.py
    python -m benchmarks.study speed demo|resnet50|lite0 [way,way… [rounds [seconds]]]
    python -m benchmarks.study memory [pictures]
    python -m benchmarks.study kills [kills]

The ways of `speed` are processes that take turns, so that what else a machine does hits all alike;
what is compiled first does not count.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gridexplainer_widget import GridExplainer, demo
from gridexplainer_widget.demo import scenes
from gridexplainer_widget.demo.demo import FOLDER
from gridexplainer_widget.demo.render import render
from gridexplainer_widget.study.study import Study
from tests.support.studies import pictures_in

from .in_turn import Turn, in_turn

ROOT = Path(__file__).parents[1]

WAYS = ("loop", "study", "workers=1", "workers=2", "ray")


def stamped(folder: Path, count: int) -> None:
    """Render pictures of the honest demo's kind, every other with the stamp."""
    rng = np.random.default_rng(21)
    for number in range(count):
        scene = scenes.any_scene(rng)
        scene = scenes.marked(scene, rng) if number % 2 else scene
        Image.fromarray(render(scene).picture).save(folder / f"{number:05d}.png")


def shortcuts(count: int = 1000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        photos = Path(folder, "photos")
        photos.mkdir()
        stamped(photos, count)
        for which in ("cheating", "honest"):
            explainer = GridExplainer(demo.load(which).classifier)
            study = explainer.explain_all(photos, Path(folder, which))
            found = study.shortcuts()
            print(f"{which}: {len(found.places)} places were tested.\n{found}", flush=True)


def photographs(crops: int = 40) -> None:
    """Look for shortcuts of EfficientNet-Lite0 in crops of foolbox' photographs."""
    from benchmarks.photographs import photographs as known  # noqa: PLC0415 - needs foolbox
    from benchmarks.real_networks import in_keras  # noqa: PLC0415 - needs Lite0's package

    rng = np.random.default_rng(3)
    with tempfile.TemporaryDirectory() as folder:
        photos = Path(folder, "photos")
        photos.mkdir()
        for photograph in [one for one in known() if one.label is not None][:8]:
            pixels = photograph.pixels
            for number in range(crops):
                side = int(min(pixels.shape[:2]) * rng.uniform(0.6, 1))
                top, left = (int(rng.integers(0, size - side + 1)) for size in pixels.shape[:2])
                crop = pixels[top : top + side, left : left + side]
                Image.fromarray(crop).save(photos / f"{photograph.name} {number:03d}.png")
        explainer = GridExplainer(in_keras(), 4, joint=False)
        found = explainer.explain_all(photos, Path(folder, "study")).shortcuts()
        print(f"Lite0: {len(found.places)} places were tested.\n{found}", flush=True)


def model_of(name: str, folder: Path) -> tuple[str, dict[str, Any]]:
    """Write a network, if need be; return its path and what is to be said of it."""
    path = folder / f"{name}.keras"
    if name == "demo":
        return str(FOLDER / "honest.keras"), {}
    if name == "resnet50":
        import keras  # noqa: PLC0415 - not for all commands

        keras.utils.set_random_seed(0)
        keras.applications.ResNet50(weights=None).save(path)
        return str(path), {"preprocess": "caffe"}
    from benchmarks.real_networks import keras_lite0  # noqa: PLC0415 - needs Lite0's package

    keras_lite0().save(path)
    return str(path), {"preprocess": "-1..1"}


def pictures_for(name: str, folder: Path, count: int) -> None:
    folder.mkdir()
    if name == "demo":
        stamped(folder, count)
        return
    rng = np.random.default_rng(0)
    for number in range(count):
        small = Image.fromarray(rng.integers(0, 256, (9, 9, 3), dtype=np.uint8))
        small.resize((500, 375), Image.Resampling.BICUBIC).save(folder / f"{number:05d}.jpg")


def speed(name: str = "demo", ways: str = ",".join(WAYS), rounds: int = 8, each: int = 8) -> None:
    """Explain the same pictures in several ways, in turn, `each` seconds at a time."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        model, said = model_of(name, folder)
        pictures_for(name, folder / "photos", 600 if name == "demo" else 200)
        turns = list[Turn]()
        try:
            for way in ways.split(","):
                given = [model, json.dumps(said), str(folder / "photos"), str(folder / way), way]
                call = [sys.executable, "-m", "benchmarks.study", "way", *given]
                count = partial(pictures_done, folder / way)
                turns.append(Turn.of(way, call, count, folder / "log"))
                turns[-1].warm(20 if name == "demo" else 6, 60)
            in_turn(turns, rounds, each)
        finally:  # also of a run that is cut short
            for turn in turns:
                turn.kill()
            print(f"{name}, load {os.getloadavg()[0]:.1f}", *turns, sep="\n  ", flush=True)


def pictures_done(out: Path) -> int:
    """Count the pictures of a loop or a study so far."""
    if (out / "loop").exists():
        return (out / "loop").stat().st_size
    if not (out / "run.json").exists():
        return 0
    return int(Study.open(out).folder.table(["item"]).num_rows)


def way(model: str, said: str, photos: str, out: str, how: str) -> None:
    """Run one way; the loop reads what a row holds."""
    explainer = GridExplainer(model, **json.loads(said))
    files = [str(file) for file in sorted(Path(photos).iterdir())]
    if how == "loop":
        Path(out).mkdir()
        for file in files:
            found = explainer.explain(file)
            _ = found.values, found.foretells, found.notes
            with Path(out, "loop").open("ab") as done:
                done.write(b".")
    else:
        workers: dict[str, Any] = {"workers=1": 1, "workers=2": 2, "ray": "ray"}
        explainer.explain_all(files, out, workers=workers.get(how))


MEMORY = """
import sys
import numpy as np
from gridexplainer_widget import GridExplainer
from gridexplainer_widget.demo.demo import FOLDER

class Many:
    column_names = ("image",)
    features = {"image": type("Image", (), {})()}
    def __len__(self): return int(sys.argv[1])
    def __getitem__(self, index):
        return {"image": np.random.default_rng(index).integers(0, 256, (300, 400, 3), np.uint8)}

explainer = GridExplainer(str(FOLDER / "honest.keras"), 4, joint=False)
explainer.explain_all(Many(), sys.argv[2])
"""


def memory(count: int = 10_000) -> None:
    """Print the resident memory of a study as it goes."""
    with tempfile.TemporaryDirectory() as folder:
        call = [sys.executable, "-c", MEMORY, str(count), folder + "/study"]
        process = subprocess.Popen(call, cwd=ROOT, stderr=subprocess.DEVNULL)
        status, told = Path(f"/proc/{process.pid}/status"), 0
        while process.poll() is None:
            time.sleep(1)
            try:
                done = Study.open(folder + "/study").folder.table(["item"]).num_rows
                resident = int(status.read_text().split("VmRSS:")[1].split()[0]) // 1024
            except (FileNotFoundError, IndexError, ProcessLookupError):
                continue
            if done >= told:
                print(f"{done:,} pictures: {resident:,} MiB", flush=True)
                told += count // 20


KILLED = """
import sys
from tests.support.studies import slow, tiny
print("ready", flush=True)
tiny(slow).explain_all(sys.argv[1], sys.argv[2])
"""


def kills(count: int = 100) -> None:
    """Kill a study at random moments; say what was lost, and whether anything was twice."""
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        photos, out = Path(folder, "photos"), Path(folder, "study")
        wanted = 6 * count
        names = sorted(path.name for path in pictures_in(photos, wanted))
        call = [sys.executable, "-c", KILLED, str(photos), str(out)]
        killed, written, pipe = 0, dict[str, int](), subprocess.PIPE
        while killed < count:
            process = subprocess.Popen(call, cwd=ROOT, stdout=pipe, stderr=subprocess.DEVNULL)
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(rng.uniform(0, 6))
            if process.poll() is not None:
                assert process.returncode == 0, "it ended by itself"
                wanted += 3 * count  # all was done
                names = sorted(path.name for path in pictures_in(photos, wanted))
                continue
            process.kill()
            process.wait()
            killed += 1
            if (out / "run.json").exists():
                now = rows_by_name(out)
                assert written.items() <= now.items(), "a row that was there is gone"
                written = now
            if killed % 10 == 0:
                print(f"{killed} kills, {len(written)} pictures", flush=True)
        subprocess.run(call, check=True, cwd=ROOT, capture_output=True)
        last = rows_by_name(out)
        assert sorted(last) == names
        assert written.items() <= last.items()
        print(
            f"{killed} kills on the way to {len(written)} of {len(names)} pictures: no row was "
            "lost once it was there, none is there twice or in part."
        )


def rows_by_name(out: Path) -> dict[str, int]:
    rows = Study.open(out).table.to_pylist()
    assert all(len(row["values"]) == 4 for row in rows)
    found = {row["name"]: row["written"] for row in rows}
    assert len(found) == len(rows), "a row is there twice"
    return found


COMMANDS = {
    "shortcuts": shortcuts,
    "photographs": photographs,
    "speed": speed,
    "way": way,
    "memory": memory,
    "kills": kills,
}


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    command, *given = sys.argv[1:] or ["shortcuts"]
    COMMANDS[command](*(int(one) if one.isdecimal() else one for one in given))  # type: ignore[operator]
