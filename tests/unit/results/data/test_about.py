"""What a map is of, in words."""

from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.results.data.about import about_record, how_made


def test_the_model_is_told_in_a_line() -> None:
    told = about_record("TinyNet", "softmax", "ImageNet", {"alone": "How."})
    assert told["text"] == "TinyNet · softmax · preprocessing: ImageNet"
    assert about_record("TinyNet", "", "none", {})["text"] == "TinyNet · preprocessing: none"
    assert told["how"] == {"alone": "How."}


def test_two_maps_are_told_apart_and_one_needs_no_telling() -> None:
    grid = Grid(2, 3, 4, 6)
    assert how_made("TinyNet", grid, "gray", two=False) == {
        "alone": "TinyNet · 2 × 3 cells · hidden by grey"
    }
    assert how_made("TinyNet", grid, "gray", two=True) == {
        "alone": "TinyNet · 2 × 3 cells · each hidden alone by grey",
        "together": "TinyNet · 2 × 3 cells · hidden together in handfuls by grey",
    }
