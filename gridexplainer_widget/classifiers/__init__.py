"""Any model → one classifier."""

from .base import Classifier, ClassifierError, as_classifier

__all__ = ["Classifier", "ClassifierError", "as_classifier"]
