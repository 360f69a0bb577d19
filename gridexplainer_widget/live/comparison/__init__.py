"""The widget with several maps."""
