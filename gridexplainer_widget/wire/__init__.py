"""Names and bounds of what is exchanged with the browser."""
