"""A case computed again: the same or not, and where."""
