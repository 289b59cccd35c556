"""Moments as numbers in addresses, exact to the microsecond: what is undone is named by when it was done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.http import Http404

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def number_of(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(number: int) -> datetime:
    """The moment of that number; raises Http404 for one that is none."""
    try:
        return _EPOCH + timedelta(microseconds=number)
    except OverflowError as error:
        raise Http404 from error
