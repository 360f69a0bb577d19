"""Other ways to explain a picture, each with a map of its pixels and of the grid's cells."""
