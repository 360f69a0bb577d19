"""What both widgets share."""
