"""A Keras model as a white box."""
