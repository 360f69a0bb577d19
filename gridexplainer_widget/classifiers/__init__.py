"""Any model → one classifier."""

from .base import Classifier
from .outputs import ClassifierError
from .recognise import as_classifier

__all__ = ["Classifier", "ClassifierError", "as_classifier"]
