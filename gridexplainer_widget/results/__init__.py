"""What the user holds, and how it is drawn, written and saved."""
