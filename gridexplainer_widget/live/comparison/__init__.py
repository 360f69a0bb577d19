"""The widget of several maps."""
