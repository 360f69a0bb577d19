"""Names and bounds of what crosses to the browser."""
