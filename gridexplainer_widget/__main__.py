"""``python -m gridexplainer_widget``."""

from .cli import main

raise SystemExit(main())
