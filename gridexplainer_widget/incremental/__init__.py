"""Which part of each map of a network changes when part of the picture does; no framework."""
