"""Two small classifiers with pictures, to try the explainer without any download.

The honest one tells twelve kinds of drawn animals and things apart. The cheating one calls a
picture a horse because of a photographer's stamp in its corner; its map gives it away.
"""

from .demo import Demo
from .embedded import load

__all__ = ["Demo", "load"]
