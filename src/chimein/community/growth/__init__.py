"""How helpers grow: what they are good at, how far they are trusted, and the way in."""
