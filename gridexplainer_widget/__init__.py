"""See which parts of a picture matter to an image classifier, by hiding them.

>>> from gridexplainer_widget import GridExplainer
>>> explainer = GridExplainer(model, grid_size=8)  # doctest: +SKIP
>>> explainer.explore(img)  # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

from gridexplainer_widget.analysis.again.verify import verify
from gridexplainer_widget.analysis.object_mask import rank_of_mask
from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.classifiers.readers.as_classifier import as_classifier
from gridexplainer_widget.core.errors import ClassifierError, MethodError, ModelChangedError
from gridexplainer_widget.core.fills import Fill
from gridexplainer_widget.core.grid import Box, Grid
from gridexplainer_widget.core.picture import Picture, read_picture
from gridexplainer_widget.methods.registry import METHODS
from gridexplainer_widget.results.compared.comparison import Comparison
from gridexplainer_widget.results.explanation import Explanation, ExplanationError
from gridexplainer_widget.results.explanation_data import Cell
from gridexplainer_widget.results.faithfulness import Faithfulness

from . import demo
from ._version import __version__
from .explainer import GridExplainer

if TYPE_CHECKING:
    from gridexplainer_widget.live.comparison.widget import ComparisonWidget
    from gridexplainer_widget.live.explorer.widget import GridExplainerWidget

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
    "ModelChangedError",
    "Picture",
    "__version__",
    "as_classifier",
    "demo",
    "rank_of_mask",
    "read_picture",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name == "GridExplainerWidget":
        from gridexplainer_widget.live.explorer.widget import GridExplainerWidget  # noqa: PLC0415 - slow to load

        return GridExplainerWidget
    if name == "ComparisonWidget":
        from gridexplainer_widget.live.comparison.widget import ComparisonWidget  # noqa: PLC0415 - slow to load

        return ComparisonWidget
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
