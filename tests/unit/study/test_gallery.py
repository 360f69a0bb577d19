"""A study's gallery, and the picture that a click opens."""

from pathlib import Path

from gridexplainer_widget.study.study import Study
from tests.support.studies import noise, pictures_in, tiny


def test_a_click_opens_the_live_widget(tmp_path: Path) -> None:
    paths = pictures_in(tmp_path / "photos", 3)
    study = tiny().explain_all([*paths, "gone.png"], tmp_path / "study")
    gallery = study.gallery()
    assert [name[-7:] for name in gallery.gallery.names] == [path.name for path in paths]
    assert gallery.gallery.about["line"].endswith(" · study · 1 more failed")
    row = study.table.to_pylist()[1]
    gallery.open_picture(1)
    gallery.picture.wait(30)
    assert gallery.picture.target == row["target"]
    assert gallery.picture.explanation.drops.ravel().tolist() == row["values"]
    gallery.picture.close()


def test_a_picture_that_changed_is_told(tmp_path: Path) -> None:
    (path,) = pictures_in(tmp_path / "photos", 1)
    gallery = tiny().explain_all([path], tmp_path / "study").gallery()
    path.write_bytes(pictures_in(tmp_path / "other", 2)[1].read_bytes())
    gallery.gallery.set_state({"opened": 0})
    assert "is another picture than was explained" in gallery.gallery.error


def test_without_an_explainer_nothing_opens(tmp_path: Path) -> None:
    tiny().explain_all([noise(0)], tmp_path)
    assert Study.open(tmp_path).gallery().gallery.about["opens"] is False
