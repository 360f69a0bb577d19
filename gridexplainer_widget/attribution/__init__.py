"""What a method may ask of a model, and the map that it returns."""
