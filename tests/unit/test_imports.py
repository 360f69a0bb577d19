"""How the house stands: imports point only up, and importing loads no framework."""

import ast
import subprocess
import sys
from pathlib import Path

import gridexplainer_widget

PACKAGE = Path(gridexplainer_widget.__file__).parent

ORDER = [
    "_version",
    "progress",
    "picture",
    "grid",
    "fills",
    "masking",
    "classifiers.preprocessing",
    "classifiers.outputs",
    "classifiers.network",
    "incremental",
    "incremental.nodes",
    "incremental.boxes",
    "incremental.changes",
    "incremental.gathers",
    "incremental.alike",
    "incremental.patching",
    "incremental.narrow",
    "incremental.costs",
    "incremental.order",
    "incremental.groups",
    "incremental.executor",
    "incremental.patcher",
    "classifiers.labels",
    "classifiers.base",
    "classifiers.extras",
    "classifiers.layouts",
    "classifiers.function",
    "classifiers.keras_applications",
    "classifiers.keras_calls",
    "classifiers.keras_scores",
    "classifiers.keras_graph",
    "classifiers.keras_guided",
    "classifiers.keras_head",
    "classifiers.keras_scrambling",
    "classifiers.keras_network",
    "classifiers.keras_replay",
    "classifiers.keras_independent",
    "classifiers.keras_padding",
    "classifiers.keras_steps",
    "classifiers.keras_drafts",
    "classifiers.keras_convolutions",
    "classifiers.keras_moves",
    "classifiers.keras_pointwise",
    "classifiers.keras_nodes",
    "classifiers.keras_parts",
    "classifiers.keras_incremental",
    "classifiers.keras",
    "classifiers.saved_model",
    "classifiers.tflite",
    "classifiers.onnx",
    "classifiers.sklearn",
    "classifiers.transforms",
    "classifiers.torch_families",
    "classifiers.torch_calls",
    "classifiers.torch_graph",
    "classifiers.torch_scores",
    "classifiers.torch_opened",
    "classifiers.torch_layers",
    "classifiers.torch_head",
    "classifiers.torch_scrambled",
    "classifiers.torch_network",
    "classifiers.torch_exported",
    "classifiers.torch_operations",
    "classifiers.torch_steps",
    "classifiers.torch_replay",
    "classifiers.torch_writes",
    "classifiers.torch_drafts",
    "classifiers.torch_local",
    "classifiers.torch_pointwise",
    "classifiers.torch_nodes",
    "classifiers.torch_parts",
    "classifiers.torch_incremental",
    "classifiers.torch",
    "classifiers.huggingface",
    "classifiers.recognise",
    "classifiers",
    "classifiers.checks",
    "classifiers.ranges",
    "classifiers.preflight",
    "classifiers.inspection",
    "demo",
    "passes",
    "incremental_pass",
    "engine",
    "occlusion",
    "scores",
    "what_if",
    "attribution.base",
    "attribution.layers",
    "attribution.question",
    "attribution.sets",
    "attribution.dice",
    "attribution.cam",
    "attribution.grad_cam",
    "attribution.grad_cam_plus_plus",
    "attribution.score_cam",
    "attribution.saliency",
    "attribution.guided_backpropagation",
    "attribution.guided_grad_cam",
    "attribution.rise",
    "attribution.shap_partition",
    "attribution.shap_gradient",
    "attribution.lime",
    "attribution.methods",
    "attribution.asking",
    "attribution",
    "object_mask",
    "faithfulness",
    "randomisation",
    "notes",
    "explanation",
    "compare_protocol",
    "explaining",
    "attribution.to_shap",
    "archive",
    "entries",
    "measures",
    "entries",
    "comparison",
    "explainer",
    "plot",
    "runner",
    "hosts",
    "protocol",
    "state",
    "document",
    "page",
    "comparison_page",
    "faithfulness_plot",
    "comparison_state",
    "comparison_plot",
    "session",
    "guarded",
    "traits",
    "answers",
    "transfer",
    "widget",
    "comparison_session",
    "comparison_widget",
    "doctor",
    "cli",
    "__main__",
]


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return "demo" if name.startswith("demo") else name


def imported(path: Path) -> set[str]:
    """Modules of ours that a file imports when it is itself imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = path.relative_to(PACKAGE).parent.parts
    found = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            found.add(".".join((*base, *(node.module or "").split("."))).strip("."))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE.name):
            found.add((node.module or "").removeprefix(PACKAGE.name).strip("."))
    return found


def test_imports_point_only_up() -> None:
    for path in PACKAGE.rglob("*.py"):
        name = module_of(path)
        if name in {"", "demo"}:
            continue
        for other in imported(path):
            assert ORDER.index(other) < ORDER.index(name), f"{name} imports {other}"


def test_every_file_has_its_place() -> None:
    known = {module_of(path) for path in PACKAGE.rglob("*.py")} - {""}
    assert known == set(ORDER)


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
