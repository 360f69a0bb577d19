"""The gallery of a study."""
