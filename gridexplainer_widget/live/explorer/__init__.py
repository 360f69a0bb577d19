"""The widget with one map."""
