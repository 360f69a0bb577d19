"""A PyTorch module as a white box."""
