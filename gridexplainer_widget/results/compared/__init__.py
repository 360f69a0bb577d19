"""A comparison, as the user holds it, and how it is drawn."""
