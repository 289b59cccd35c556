"""Plays the written day of the demo on the simulated network, and its people's answers through ChimeIn."""

from chimein.demo.player.player import Player, Stage, living_day, open_stage, play_some

__all__ = ["Player", "Stage", "living_day", "open_stage", "play_some"]
