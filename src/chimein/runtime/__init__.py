"""Running ChimeIn on one machine: the embedded database, the supervisor, the doctor. Knows nothing of the rooms."""
