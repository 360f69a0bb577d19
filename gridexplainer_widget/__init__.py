"""See which parts of a picture matter to an image classifier, by hiding them.

>>> from gridexplainer_widget import GridExplainer
>>> explainer = GridExplainer(model, grid_size=8)  # doctest: +SKIP
>>> explainer.explore(img)  # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

from . import demo
from ._version import __version__
from .attribution.methods import METHODS
from .classifiers import Classifier, ClassifierError, as_classifier
from .classifiers.network import MethodError
from .comparison import Comparison
from .explainer import GridExplainer
from .explaining import ExplanationError
from .explanation import Cell, Explanation
from .faithfulness import Faithfulness
from .fills import Fill
from .grid import Box, Grid
from .object_mask import rank_of_mask
from .picture import Picture, read_picture

if TYPE_CHECKING:
    from .comparison_widget import ComparisonWidget
    from .widget import GridExplainerWidget

__all__ = [
    "METHODS",
    "Box",
    "Cell",
    "Classifier",
    "ClassifierError",
    "Comparison",
    "ComparisonWidget",
    "Explanation",
    "ExplanationError",
    "Faithfulness",
    "Fill",
    "Grid",
    "GridExplainer",
    "GridExplainerWidget",
    "MethodError",
    "Picture",
    "__version__",
    "as_classifier",
    "demo",
    "rank_of_mask",
    "read_picture",
]


def __getattr__(name: str) -> Any:
    if name == "GridExplainerWidget":  # ipywidgets is loaded by whoever wants the widget
        from .widget import GridExplainerWidget  # noqa: PLC0415

        return GridExplainerWidget
    if name == "ComparisonWidget":
        from .comparison_widget import ComparisonWidget  # noqa: PLC0415 - alike

        return ComparisonWidget
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
