"""What a method works with, and the map it returns."""
