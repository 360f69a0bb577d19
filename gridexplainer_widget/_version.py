"""The version, in one place a reader of the metadata can check."""

__version__ = "0.1.0"
