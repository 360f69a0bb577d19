"""How far a run is, in numbers and in words."""

import pytest

from gridexplainer_widget.core.progress import seconds_text
from gridexplainer_widget.inference.together import draw, together_steps
from gridexplainer_widget.live.explorer.progress import known_of, progress_of
from tests.support.runs import run_of


def test_cells_come_first_then_handfuls() -> None:
    run = run_of(grid=4, batch=5)
    steps = run.steps()
    next(steps)  # the whole picture and four cells
    begun = progress_of(run, 12, 0, 2.0)
    assert (begun["done"], begun["total"], begun["share"]) == (4, 16, 4 / 28)
    assert (begun["text"], begun["pace"]) == ("4 of 16 cells", "2.0 a second · 12 s left")
    for _ in steps:
        pass
    most = len(draw(run, 24))
    assert progress_of(run, most, 16, 1.0)["text"] == f"0 of {most} handfuls"
    assert progress_of(run, most, 16, 1.0)["pace"] == ""  # nothing since the start: no pace
    for _ in together_steps(run, 0, "probability", 24, None):
        pass
    ended = progress_of(run, known_of(run) - 16, 0, 1.0)
    assert (ended["share"], ended["pace"]) == (1, f"{known_of(run)} a second")


def test_without_handfuls_only_cells_are_told() -> None:
    run = run_of(grid=2)
    assert progress_of(run, 0, 0, 0.0) == {
        "done": 0,
        "total": 4,
        "handfuls": {"done": 0, "total": 0},
        "rate": 0.0,
        "left": None,
        "share": 0,
        "name": "Cells",
        "text": "0 of 4 cells",
        "pace": "",
    }
    for _ in run.steps():
        pass
    assert progress_of(run, 0, 0, 2.0)["text"] == "4 of 4 cells"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.99, "less than 1 s"), (1, "1 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s")],
)
def test_durations_are_in_whole_seconds(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text
