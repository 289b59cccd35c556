"""Seeding: everything is there, once, and ChimeIn finds the past as it finds any network's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from chimein.channels import polling
from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Conversation, Message
from chimein.core.errors import UserError
from chimein.demo.seeding import PASSWORD, keep_addresses, make_owner, seed_demo
from chimein.insights.ledger import ledger
from chimein.intake import batch
from chimein.people.models import Brand, Membership, User
from chimein.runtime.banner import banner
from chimein.triage.models import Topic
from tests.integration.demo.conftest import NOW, Demo


def test_people_can_log_in_and_the_banner_names_them(demo: Demo) -> None:
    assert Membership.objects.filter(brand=demo.brand).count() == 67
    assert Topic.objects.filter(brand=demo.brand).count() >= 12
    logins = json.loads((demo.folder / "logins.json").read_text(encoding="utf-8"))
    assert [login["who"].split(",")[0] for login in logins] == [
        "Owner", "Care lead", "Agent", "Colleague", "Trusted customer",
    ]  # fmt: skip
    for login in logins:
        assert User.objects.get(email=login["email"]).check_password(login["password"])
        assert login["email"] in banner(url="http://x", demo=True, folder=demo.folder)


def test_twice_is_once(demo: Demo) -> None:
    before = len(demo.town.posts)
    assert not seed_demo(base_url=demo.address, folder=demo.folder, now=NOW)
    assert len(demo.town.posts) == before
    # The database is new, the network's file is not: its posts are found, not written again.
    Brand.objects.all().delete()
    User.objects.all().delete()
    assert seed_demo(base_url=demo.address, folder=demo.folder, now=NOW)
    assert len(demo.town.posts) == before


def test_the_past_is_found_by_polling_and_leaves_nobody_waiting(demo: Demo) -> None:
    assert polling.poll_all() > 300
    batch.drain()
    waiting = Message.objects.filter(disposition="waiting").values_list("text", flat=True)
    assert list(waiting) == []
    answers = Message.objects.filter(direction="out")
    assert answers.count() >= 120
    assert not answers.filter(author=None).exists()
    assert Conversation.objects.filter(on_wall=True).count() >= 100
    minutes = [
        c.first_response_s / 60
        for c in Conversation.objects.exclude(first_response_s=None)
        if c.first_response_s
    ]
    assert 3 < sorted(minutes)[len(minutes) // 2] < 20
    book = ledger(demo.brand.pk)
    assert (book.gap, book.set_aside, book.in_journal) == (0, 0, 0)
    assert polling.poll_all() == 0


def test_another_address_is_told_to_both_sides(demo: Demo) -> None:
    assert keep_addresses(base_url="http://127.0.0.1:9", folder=demo.folder)
    assert not keep_addresses(base_url="http://127.0.0.1:9", folder=demo.folder)
    assert ChannelAccount.objects.get(pk=demo.warble.pk).base_url == "http://127.0.0.1:9/net"


def test_a_failure_leaves_no_half_demo(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("chimein.demo.seeding.network.fill", broken)
    with pytest.raises(OSError, match="disk is full"):
        seed_demo(base_url="http://127.0.0.1:9", folder=tmp_path, now=NOW)
    assert not Brand.objects.exists()
    assert not User.objects.exists()


def test_the_first_owner(db: None) -> None:
    call_command("seed", email="ann@example.com", password="a-long-enough-one", brand="Corner Shop")
    owner = Membership.objects.get()
    assert (owner.role, owner.brand.slug, owner.user.email) == ("owner", "corner-shop", "ann@example.com")
    assert owner.user.check_password("a-long-enough-one")
    call_command("seed", "--if-empty")
    assert Membership.objects.count() == 1


def test_an_owner_needs_a_good_password_and_an_address_of_their_own(db: None) -> None:
    for email, password in (("ann", "a-long-enough-one"), ("ann@example.com", "short")):
        with pytest.raises(UserError):
            make_owner(email=email, password=password, brand_name="Shop")
    make_owner(email="ann@example.com", password="a-long-enough-one", brand_name="Shop")
    with pytest.raises(UserError, match="account already"):
        make_owner(email="Ann@example.com", password="a-long-enough-one", brand_name="Shop")


def test_nobody_to_ask_is_said_and_does_not_stop_the_start(
    db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    call_command("seed", "--if-empty")
    assert "chimein seed --brand" in capsys.readouterr().out
    with pytest.raises(CommandError, match="first owner"):
        call_command("seed")
    assert PASSWORD not in capsys.readouterr().out
