"""A PyTorch module's exported program, read into nodes."""
