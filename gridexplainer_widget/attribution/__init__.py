"""What a method works with, and its map."""
