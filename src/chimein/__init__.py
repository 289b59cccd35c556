"""ChimeIn: social customer care where anyone can chime in."""

__version__ = "0.1.0"
