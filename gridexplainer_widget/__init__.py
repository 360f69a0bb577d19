"""See which parts of a picture matter to an image classifier, by hiding them.

>>> from gridexplainer_widget import GridExplainer
>>> explainer = GridExplainer(model, grid_size=8)  # doctest: +SKIP
>>> explainer.explore(img)  # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

from . import demo
from ._version import __version__
from .classifiers import Classifier, ClassifierError, as_classifier
from .explainer import ExplanationError, GridExplainer
from .explanation import Cell, Explanation
from .fills import Fill
from .grid import Box, Grid
from .picture import Picture, read_picture

if TYPE_CHECKING:
    from .widget import GridExplainerWidget

__all__ = [
    "Box",
    "Cell",
    "Classifier",
    "ClassifierError",
    "Explanation",
    "ExplanationError",
    "Fill",
    "Grid",
    "GridExplainer",
    "GridExplainerWidget",
    "Picture",
    "__version__",
    "as_classifier",
    "demo",
    "read_picture",
]


def __getattr__(name: str) -> Any:
    if name == "GridExplainerWidget":  # ipywidgets is loaded by whoever wants the widget
        from .widget import GridExplainerWidget  # noqa: PLC0415

        return GridExplainerWidget
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
