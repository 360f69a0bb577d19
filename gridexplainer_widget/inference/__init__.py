"""Sets of hidden cells → class probabilities."""
