"""Early maps with any cells hidden, put together of tiles that see at most four cells each.

A tile's part of a map depends on those cells alone, so it has at most sixteen states, whatever else
is hidden: each is calculated once, and serves all sets of cells.
"""
