"""Two small classifiers with pictures, to try the explainer without a download.

The honest one knows twelve kinds of drawn animals and things. The cheating one recognises horses
by a photographer's stamp in the corner; its map gives it away.
"""

from .demo import Demo
from .embedded import load

__all__ = ["Demo", "load"]
