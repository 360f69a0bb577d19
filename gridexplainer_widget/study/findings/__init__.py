"""What many maps show together, tested on the model."""
