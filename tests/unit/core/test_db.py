"""The set-based way to the database tells errors as Django does, and recovers from a lost connection."""

from __future__ import annotations

import threading

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection

from chimein.core import db
from chimein.core.loops import Loop


@pytest.mark.django_db
def test_errors_are_django_s() -> None:
    with pytest.raises(DataError), db.atomic():
        db.fetch("SELECT 'x'::int")
    with pytest.raises(IntegrityError), db.atomic():
        db.copy_rows("people_brand", ("slug",), [("half a brand",)])


@pytest.mark.django_db(transaction=True)
def test_a_loop_goes_on_after_its_connection_was_cut() -> None:
    stopping = threading.Event()
    found: list[object] = []

    def step() -> float:
        found.append(db.fetch_one("SELECT pg_backend_pid()"))
        if len(found) == 1:
            db.fetch("SELECT pg_terminate_backend(pg_backend_pid())")
        stopping.set()
        return 0.0

    def tries() -> float:
        try:
            return step()
        except OperationalError:
            stopping.clear()
            raise

    loop = Loop("test", tries, stopping=stopping)
    loop.start()
    loop.join(timeout=20)
    assert not loop.is_alive()
    assert len(found) == 2
    assert found[0] != found[1]


@pytest.mark.django_db
def test_ids_are_reserved_once() -> None:
    first, second = db.next_ids("people_brand", 3), db.next_ids("people_brand", 2)
    assert len({*first, *second}) == 5
    assert db.next_ids("people_brand", 0) == []


@pytest.mark.django_db
def test_statements_are_counted() -> None:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        db.fetch("SELECT 1")
    assert len(seen) == 1
