"""The methods that explain a picture."""
