"""Explain, audit, compare."""
