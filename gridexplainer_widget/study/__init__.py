"""Many pictures: explain them all, and find what their maps share."""
