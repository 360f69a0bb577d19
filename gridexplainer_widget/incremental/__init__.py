"""What changes of a network's maps when a part of the picture does; knows no framework."""
