"""Data of the alerts room."""
