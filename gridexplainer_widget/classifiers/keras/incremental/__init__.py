"""A Keras model's graph, read into nodes and compiled."""
