"""A PyTorch module's exported program → nodes → parts."""
