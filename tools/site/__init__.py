"""The documentation site: gathered from docs/, built by Sphinx, without a network."""
