"""Data of the community room."""
