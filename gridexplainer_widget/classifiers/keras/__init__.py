"""A Keras model, opened."""
