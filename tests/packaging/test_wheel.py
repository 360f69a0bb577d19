"""What is built of the sources, and that it runs where the sources are not."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import venv
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from packaging.requirements import Requirement

from gridexplainer_widget import __version__
from tests.packaging.demo_runs import run_the_demo
from tests.support.sizes import sized

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "gridexplainer_widget"
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
INTERPRETERS = [f"python{version}" for version in PYTHONS]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist, and the wheel of what it holds, as installers do."""
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(out)]
    subprocess.run([*build, "-t", "sdist"], cwd=ROOT, check=True, capture_output=True)
    (sdist,) = out.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(out, filter="data")
    unpacked = out / sdist.name.removesuffix(".tar.gz")
    subprocess.run([*build, "-t", "wheel"], cwd=unpacked, check=True, capture_output=True)
    return out


def wheel_in(built: Path) -> Path:
    (wheel,) = built.glob("*.whl")
    return wheel


def metadata(built: Path) -> Message:
    with ZipFile(wheel_in(built)) as wheel:
        (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        return message_from_bytes(wheel.read(name))


def test_the_wheel_holds_the_package_and_no_more(built: Path) -> None:
    sources = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    notebooks = {
        f"gridexplainer_widget/notebooks/{path.name}"
        for path in (ROOT / "notebooks").glob("*.ipynb")
    }
    with ZipFile(wheel_in(built)) as wheel:
        names = wheel.namelist()
    inside = {name for name in names if ".dist-info/" not in name}
    assert inside == sources | notebooks
    assert {f"gridexplainer_widget/{name}" for name in ("py.typed", "static/explorer.js")} <= inside
    assert len(notebooks) >= 4
    licences = {name.partition("/licenses/")[2] for name in names if "/licenses/" in name}
    assert licences == {"LICENSE", "gridexplainer_widget/demo/CREDITS.md"}


def test_the_sdist_holds_what_builds_and_tests_it(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"js/build.mjs", "js/package-lock.json", "Makefile", "README.md", "CITATION.cff"}
    assert wanted | {"tests/packaging/test_wheel.py", "docs/terminal.md", "LICENSE"} <= names
    assert not [name for name in names if "node_modules" in name or "__pycache__" in name]


def test_the_metadata(built: Path) -> None:
    told = metadata(built)
    assert (told["Name"], told["Version"]) == ("gridexplainer-widget", __version__)
    assert told["License-Expression"] == "MIT"
    classifiers = told.get_all("Classifier", [])
    supported = [one.rpartition(" ")[2] for one in classifiers if one.count(".") == 1]
    assert tuple(supported) == PYTHONS
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (citation["version"], citation["license"]) == (__version__, "MIT")
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["test"]
    assert tuple(job["strategy"]["matrix"]["python"]) == PYTHONS
    assert [step.get("run") for step in job["steps"]][-2:] == ["make demo", "make test"]


def test_the_docs_name_each_dependency(built: Path) -> None:
    told = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    needed = [Requirement(one) for one in metadata(built).get_all("Requires-Dist", [])]
    ours = {"gridexplainer-widget"}
    base = {one.name for one in needed if one.marker is None}
    tests = {"docs", "test"}
    extras = {
        one.name
        for one in needed
        if one.marker and not any(f'"{extra}"' in str(one.marker) for extra in tests)
    }
    first, second = told.split("Only by an extra:")
    assert [name for name in sorted(base) if f"\n| {name} |" not in first] == []
    named = second.split("TensorFlow is")[0]
    assert [name for name in sorted(extras - ours) if name.partition("[")[0] not in named] == []
    assert first.count("\n| ") == len(base) + 1  # with its head


def beside(wheel: Path, folder: Path) -> Path:
    """Install the wheel alone; what it needs is this environment's."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index"]
    subprocess.run([*pip, "--no-deps", wheel], check=True)
    (packages,) = (folder / "lib").glob("python*/site-packages")
    paths = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "dependencies.pth").write_text("\n".join(paths), encoding="utf-8")
    return python


def in_an_empty_environment(interpreter: str, wheel: Path, folder: Path) -> Path:
    """Install the wheel and all that it needs: minutes, and a download."""
    subprocess.run([interpreter, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True, cwd=folder)
    return python


def is_here(interpreter: str) -> bool:
    try:
        subprocess.run([interpreter, "-c", "import venv, ensurepip"], check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


WAYS = ["beside", *sized([], [name for name in INTERPRETERS if is_here(name)])]


@pytest.mark.parametrize("way", WAYS)
def test_the_wheel_runs_the_demo(way: str, built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    if way == "beside":
        python = beside(wheel_in(built), folder)
    else:
        python = in_an_empty_environment(way, wheel_in(built), folder)
    run_the_demo(python.with_name("gridexplainer"), tmp_path)
    assert [path for path in folder.rglob("explainer.py") if path.parent.name == PACKAGE.name]
