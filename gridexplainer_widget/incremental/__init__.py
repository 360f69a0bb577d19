"""Incremental inference: recalculate only what hiding cells changes. Imports no framework.

A model is read into a `graph` of feature maps, which `optimise` makes cheaper. `boxes` finds the
rectangle of each map that changes when a set of cells is hidden: its *patch*. A `plan`, chosen by
`costs`, tells which maps are calculated on patches and which whole. `gathers` lists how to fill the
*window* of a patch, the part of an input that it reads. `grouping` finds sets with patches of
similar size. `engine` runs a plan through a framework's `executor`.
"""
