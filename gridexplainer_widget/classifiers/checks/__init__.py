"""What may be wrong with a model."""
