"""TensorFlow's start-up notes, written by a stand-in as its C++ writes them: past Python."""

import os
import sys
from types import SimpleNamespace

import pytest

from gridexplainer_widget.classifiers import quiet_start as module
from gridexplainer_widget.classifiers.quiet_start import LEVEL, notes_held_back, quiet_start

NOTES = (
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    "I0000 00:00:1795880521.900207   24731 port.cc:153] oneDNN custom operations are on.\n"
    "2026-11-02 10:11:12.345678: I tensorflow/core/platform/cpu_feature_guard.cc:210] Binary.\n"
    "To enable the following instructions: AVX2, rebuild TensorFlow.\n"
    "E0000 00:00:1795880526.026380   24731 cuda_platform.cc:52] failed call to cuInit\n"
    "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"
)
WARNING = "somewhere.py:3: UserWarning: this matters\n"


@pytest.fixture(autouse=True)
def _not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LEVEL, raising=False)
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)


def write(text: str) -> None:
    os.write(2, text.encode())


def load(monkeypatch: pytest.MonkeyPatch, gpus: tuple[str, ...] = ()) -> None:
    """Load a TensorFlow that finds these GPUs."""

    def list_physical_devices(kind: str) -> tuple[str, ...]:
        assert kind == "GPU"
        write("E0000 00:00:1795880526.026380   24731 cuda_platform.cc:52] last note\n")
        return gpus

    config = SimpleNamespace(list_physical_devices=list_physical_devices)
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(config=config))


def test_notes_are_held_back_and_warnings_are_not(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with quiet_start():
        assert os.environ[LEVEL] == "2"
        write(NOTES + WARNING)
        load(monkeypatch)
    assert capfd.readouterr().err == WARNING
    assert LEVEL not in os.environ
    write(NOTES)
    assert capfd.readouterr().err == NOTES


def test_a_start_that_fails_tells_all(capfd: pytest.CaptureFixture[str]) -> None:
    @quiet_start()
    def start() -> None:
        write(NOTES)
        raise ImportError

    with pytest.raises(ImportError):
        start()
    assert capfd.readouterr().err == NOTES
    assert LEVEL not in os.environ


@pytest.mark.parametrize(
    ("gpus", "hidden", "told"), [((), "", True), (("0",), "", False), ((), "-1", False)]
)
def test_a_gpu_that_is_overlooked_is_told(
    gpus: tuple[str, ...],
    hidden: str,
    told: bool,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(module, "NVIDIA", module.Path(__file__))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if hidden:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    with quiet_start():
        write(NOTES)
        load(monkeypatch, gpus)
    assert ("last note" in capfd.readouterr().err) == told


def test_a_level_of_the_user_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(LEVEL, "0")
    with quiet_start(), notes_held_back():
        write(NOTES)
        load(monkeypatch)
    assert capfd.readouterr().err == NOTES
    assert os.environ[LEVEL] == "0"


def test_what_is_loaded_already_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    load(monkeypatch)
    with quiet_start():
        write(NOTES)
    assert capfd.readouterr().err == NOTES
