"""``python -m gridexplainer_widget``."""

from gridexplainer_widget.cli.main import gridexplainer

gridexplainer(prog_name="python -m gridexplainer_widget")
