"""A Keras model's graph → nodes → compiled parts."""
