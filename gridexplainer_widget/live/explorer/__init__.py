"""The widget of one map."""
