"""What results hold."""
