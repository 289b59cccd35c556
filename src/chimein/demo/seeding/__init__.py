"""Filling an empty ChimeIn: the demo's brand with its network and history, or nothing but a first owner."""

from chimein.demo.seeding.demo import keep_addresses, seed_demo
from chimein.demo.seeding.owner import make_owner
from chimein.demo.seeding.people import PASSWORD, SLUG

__all__ = ["PASSWORD", "SLUG", "keep_addresses", "make_owner", "seed_demo"]
