"""Incremental inference: recalculate only what hiding cells changes. Imports no framework.

A model is read into a `graph` of feature maps, which `optimise` makes cheaper. `boxes` finds the
rectangle of each map that changes, its *patch*. A `plan`, chosen by `costs`, tells which maps are
calculated on patches and which whole. `gathers` lists what to copy into the input of a patch.
`engine` runs a plan through a framework's `executor`.
"""
