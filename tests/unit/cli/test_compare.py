"""``gridexplainer compare``."""

import json
from pathlib import Path

from tests.support.terminal import brightness, ran, white


def test_maps_beside_each_other(tmp_path: Path) -> None:
    model, picture = brightness(tmp_path / "m.onnx"), white(tmp_path / "white.png")
    page, table = tmp_path / "page.html", tmp_path / "table.csv"
    given = ["compare", model, picture, "--grid", 2, "--fill", "black"]
    outs = ["--out", page, "--out", table]
    result = ran(*given, "--method", "occlusion", "--method", "rise", *outs)
    assert result.exit_code == 0, result.stderr
    assert "RISE" in result.stdout
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert table.read_text(encoding="utf-8").count("\n") == 3
    failing = ran(*given, "--method", "occlusion", "--method", "grad-cam", "--json")
    assert failing.exit_code == 1
    found = json.loads(failing.stdout)
    assert [one["method"] for one in found["failures"]] == ["grad-cam"]
    assert found["maps"][0]["values"] == [[1, 0], [0, 0]]
    assert found["maps"][0]["audit"]["audit_calls"] > 0
    alone = ran(*given, "--method", "grad-cam")
    assert alone.exit_code == 2
    assert "Grad-CAM" in alone.stderr
