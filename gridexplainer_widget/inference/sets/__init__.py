"""The smallest sets of cells that keep an answer or change it; knows no model."""
