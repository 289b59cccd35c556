"""Running ChimeIn on one machine: embedded database, supervisor, doctor. Knows nothing of the rooms."""
