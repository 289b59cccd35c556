"""The demo from nothing: people, accounts, the network with its past; all of it or none."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from chimein.channels.models import ChannelAccount
from chimein.core import db
from chimein.demo.scenario import Scenario, load_scenario
from chimein.demo.seeding import channels, house, network, people
from chimein.demo.seeding.logins import write_logins
from chimein.demo.seeding.newcomers import welcome_newcomers
from chimein.demo.seeding.past import Judge, past_of
from chimein.people.access import signature
from chimein.people.models import Brand
from chimein.triage import policies, registry
from chimein.triage.port import TriageInput
from chimein.triage.writing import brand_words


def seed_demo(*, base_url: str, folder: Path, now: datetime) -> bool:
    """Make the demo; False when its brand is there already.

    `folder` is where the network's file and the list of logins go. `now` may carry a zone: the past's days
    are days of that zone. The network is written first: when we are stopped in between, doing it again finds
    its posts there.
    """
    if Brand.objects.filter(slug=people.SLUG).exists():
        return False
    scenario = load_scenario()
    addresses = channels.Addresses(base_url)
    with db.atomic():
        cast = people.make_people(scenario, now=now)
        house.furnish(scenario, cast, now=now)
        welcome_newcomers(scenario, cast, now=now)
        warble = channels.make_accounts(cast.brand, scenario, addresses)
        access = channels.new_access(addresses, warble.hook_token)
        past = past_of(scenario, now=now, judge=_judge(scenario, cast))
        made = network.open_network(folder, addresses.network)
        warble_id = network.fill(made, scenario, past, access, now=now)
        channels.connect(warble, access, warble_id)
    write_logins(folder, scenario)
    return True


def keep_addresses(*, base_url: str, folder: Path) -> bool:
    """The demo runs at another address than last time: tell both sides; whether there was a need."""
    addresses = channels.Addresses(base_url)
    warble = ChannelAccount.objects.filter(brand__slug=people.SLUG, adapter=channels.WARBLE).first()
    if warble is None or warble.base_url == addresses.network:
        return False
    made = network.open_network(folder, addresses.network)
    network.move_webhook(made, addresses.hook(warble.hook_token))
    warble.base_url = addresses.network
    warble.save(update_fields=["base_url"])
    return True


def _judge(scenario: Scenario, cast: people.Cast) -> Judge:
    words = brand_words(cast.brand.pk)
    classifier, table = registry.current(), policies.current(cast.brand.pk)

    def sign(person_id: str, language: str) -> str:
        return signature(cast.members[person_id], language)

    def waits(text: str, answered: bool, private: bool) -> bool:
        found = TriageInput(text, words, private=private, follows_answer=answered)
        labels = classifier.classify([found])[0]
        table.decide(labels, found)
        return not labels.no_reply_reason

    return Judge(sign, waits)
