"""Objects hidden, or all but objects."""

from pathlib import Path

import numpy as np
import pytest

from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.study.findings.by_mask import hidden_pixels
from tests.support.models import TopLeft
from tests.support.studies import noise, tiny


def test_what_is_hidden_is_told_by_the_pixel() -> None:
    pixels = noise(0).astype(np.float32)
    mask = np.zeros((8, 8), np.bool_)
    mask[1, 2:5] = True
    for fill in ("red", lambda pixels, hidden: (255, 0, 0)):
        masker = Masker(pixels, Grid(2, 2, 8, 8), parse_fill(fill))
        found = hidden_pixels(masker, mask)
        assert (found[mask] == (255, 0, 0)).all()
        np.testing.assert_array_equal(found[~mask], pixels[~mask])


def test_right_by_part(tmp_path: Path) -> None:
    """A model of the top left corner, on pictures whose objects lie there or elsewhere."""
    bright = np.zeros((8, 8, 3), np.uint8)
    bright[:4, :4] = 255
    here, there = np.zeros((2, 8, 8), np.bool_)
    here[:4, :4] = there[4:, 4:] = True
    explainer = tiny(TopLeft(4), fill="black")
    given = [(bright, 1, here), (bright, 1, there), (bright, 0, there), (bright, 1), noise(0)]
    found = explainer.explain_all(given, tmp_path).by_mask()
    assert (found.whole.count, found.whole.of, found.left_out) == (2, 3, 2)
    assert found.foreground.count == 1
    assert found.background.count == 1
    assert "Right on the objects alone, their background hidden: 1 of 3" in str(found)


def test_masks_are_needed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="both a label and a mask"):
        tiny().explain_all([noise(0)], tmp_path).by_mask()
