"""Importing the package loads no framework, and its public names are there."""

import subprocess
import sys

import gridexplainer_widget


def test_importing_loads_no_framework() -> None:
    heavy = ["tensorflow", "keras", "torch", "shap", "matplotlib", "ipywidgets", "scipy", "pandas"]
    code = (
        "import sys, gridexplainer_widget; from gridexplainer_widget import *; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    # `import *` asks for the widget, and the widget is made of ipywidgets.
    assert result.stdout.strip() == "['ipywidgets']"
    plain = subprocess.run(
        [sys.executable, "-c", code.replace("from gridexplainer_widget import *; ", "")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert plain.stdout.strip() == "[]"


def test_a_callable_needs_no_tensorflow() -> None:
    code = (
        "import sys, numpy as np; from gridexplainer_widget import GridExplainer; "
        "GridExplainer(lambda b: np.full((len(b), 2), .5)).explain(np.zeros((8, 8, 3))); "
        "print('tensorflow' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "False"


def test_public_names_are_there_and_documented() -> None:
    for name in gridexplainer_widget.__all__:
        member = getattr(gridexplainer_widget, name)
        assert member.__doc__, name
