"""The page of a case: what it holds, how it looks, how it is sealed and read."""
