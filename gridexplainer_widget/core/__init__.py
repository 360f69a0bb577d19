"""Pixels, cells and numbers, with NumPy and Pillow alone."""
