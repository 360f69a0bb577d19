"""``python -m gridexplainer_widget``."""

from gridexplainer_widget.cli.main import main

raise SystemExit(main())
