"""The widgets and what they share."""
