"""A PyTorch module, opened."""
