"""Importing the package loads no framework, and its public names are there."""

import gridexplainer_widget
from tests.support.fresh import printed


def test_importing_loads_no_framework() -> None:
    heavy = [
        *("tensorflow", "keras", "torch", "shap", "matplotlib", "ipywidgets", "scipy", "pandas"),
        *(
            "tqdm",
            "sklearn",
            "pyarrow",
            "transformers",
            "onnxruntime",
            "onnx",
            "cv2",
            "lime",
            "click",
        ),
    ]
    code = (
        "import sys, gridexplainer_widget; from gridexplainer_widget import *; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    # `import *` asks for the widget, and the widget is made of ipywidgets.
    assert printed(code) == "['ipywidgets']"
    assert printed(code.replace("from gridexplainer_widget import *; ", "")) == "[]"


def test_a_callable_needs_no_tensorflow() -> None:
    code = (
        "import sys, numpy as np; from gridexplainer_widget import GridExplainer; "
        "GridExplainer(lambda b: np.full((len(b), 2), .5)).explain(np.zeros((8, 8, 3))); "
        "print('tensorflow' in sys.modules)"
    )
    assert printed(code) == "False"


def test_public_names_are_there_and_documented() -> None:
    for name in gridexplainer_widget.__all__:
        member = getattr(gridexplainer_widget, name)
        assert member.__doc__, name


def test_the_terminal_loads_no_framework_for_its_help() -> None:
    code = (
        "import sys, gridexplainer_widget.cli.main; "
        "print([name for name in ('tensorflow', 'torch', 'shap', 'matplotlib', 'ipywidgets', "
        "'scipy', 'pandas', 'tqdm', 'pyarrow', 'sklearn') if name in sys.modules])"
    )
    assert printed(code) == "[]"
