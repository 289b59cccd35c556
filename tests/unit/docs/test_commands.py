"""The commands that the how-to pages lean on: connecting a system, and PostgreSQL's programs."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from chimein.channels.connecting import connect_webhook
from chimein.channels.models import ChannelAccount
from chimein.core.errors import UserError
from chimein.people.models import Brand
from chimein.runtime.pg_tools import surroundings
from tests.factories import people


@pytest.mark.django_db
def test_connect_tells_address_and_secret_and_changes_nothing_the_second_time() -> None:
    brand = people.brand()
    told = [StringIO(), StringIO()]
    for out in told:
        call_command("connect", brand=brand.slug, answers_to="https://shop.example/in", stdout=out)
    account = ChannelAccount.objects.get(brand=brand)
    assert account.base_url == "https://shop.example/in"
    assert account.hook_token in told[0].getvalue()
    assert (account.credentials or {})["secret"] in told[0].getvalue()
    assert told[0].getvalue() == told[1].getvalue()


@pytest.mark.django_db
def test_the_old_secret_stays_valid_beside_a_new_one() -> None:
    brand = people.brand()
    first = connect_webhook(brand_id=brand.pk, name="Shop").credentials["secret"]
    changed = connect_webhook(brand_id=brand.pk, name="Shop", new_secret=True)
    changed.refresh_from_db()
    assert changed.credentials["secret"] != first
    assert changed.credentials["previous_secret"] == first


@pytest.mark.django_db
def test_connect_refuses_what_it_cannot_do() -> None:
    with pytest.raises(UserError, match="not a complete address"):
        connect_webhook(brand_id=people.brand().pk, name="Shop", answers_to="shop.example")
    with pytest.raises(CommandError, match="no such brand"):
        call_command("connect", brand="nobody")
    people.brand()
    assert Brand.objects.count() > 1
    with pytest.raises(CommandError, match="Say which brand"):
        call_command("connect")


def test_the_address_becomes_environment_variables() -> None:
    assert surroundings("postgresql://an%40n:p%3Aw@db.example:5433/care?sslmode=require") == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "an@n",
        "PGPASSWORD": "p:w",
        "PGDATABASE": "care",
        "PGSSLMODE": "require",
    }


def test_a_backup_is_made_by_the_documented_command(tmp_path: Path) -> None:
    file = tmp_path / "backup.dump"
    words = ["pg", "pg_dump", "--format=custom", f"--file={file}", "--schema-only"]
    subprocess.run([sys.executable, "-m", "chimein", *words], check=True, timeout=60)
    assert file.read_bytes().startswith(b"PGDMP")
    other = subprocess.run(
        [sys.executable, "-m", "chimein", "pg", "rm"], check=False, capture_output=True, timeout=60
    )
    assert other.returncode == 1
    assert b"psql" in other.stderr
