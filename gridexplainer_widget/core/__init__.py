"""Pixels, cells and numbers: NumPy and Pillow alone."""
