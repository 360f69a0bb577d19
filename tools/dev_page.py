"""Write build/dev.html: the front end as it is built, on an explanation from the embedded demo.

Run as ``make dev``, which builds first.
"""

from __future__ import annotations

from pathlib import Path

from gridexplainer_widget import GridExplainer, demo


def main(target: Path) -> None:
    """Write the page to `target`."""
    honest = demo.load("honest")
    explanation = GridExplainer(honest.classifier).explain(honest.pictures["cat and dog"], "cat")
    target.parent.mkdir(exist_ok=True)
    explanation.to_html(target)


if __name__ == "__main__":
    main(Path(__file__).parents[1] / "build" / "dev.html")
