"""Errors that carry words for the person who caused them."""

from __future__ import annotations


class UserError(Exception):
    """Something the user can mend; the message is shown to them (already translated)."""


class NotAllowed(UserError):
    """The actor may not do this."""


class Conflict(UserError):
    """Somebody else was faster, or the thing has moved on since it was shown."""


class LostRace(Exception):
    """Another transaction was first; roll back and do the same again, and it will see what the other did."""
