"""The steps that make a result."""
