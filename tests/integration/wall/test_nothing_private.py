"""Nothing private ever: conversations with private data in every field and state, and every public output."""

from __future__ import annotations

import html
import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from chimein.answering.models import Answer, Draft
from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Conversation, Message, Note
from chimein.people.models import Brand, Membership
from chimein.wall import cards, selectors
from chimein.wall.lists import Filters, listing
from tests.factories import wall_network as net
from tests.factories.wall_network import NOW, minutes
from tests.factories.wall_secrets import digits_of, secrets, squeezed

_numbers = itertools.count()


@dataclass
class World:
    """A brand with conversations, and what must not be seen of them."""

    brand: Brand
    account: ChannelAccount
    form: ChannelAccount
    ann: Membership
    masked: list[str] = field(default_factory=list)
    """Private data inside public texts."""
    hidden: list[str] = field(default_factory=list)
    """Words of texts that are not public at all."""
    shown: list[str] = field(default_factory=list)

    def word(self) -> str:
        """A word that is nowhere else."""
        return f"zq{next(_numbers)}".translate(str.maketrans("0123456789", "bcdfghjklm")) + "vx"

    def hide(self) -> str:
        self.hidden.append(self.word())
        return self.hidden[-1]

    def show(self) -> str:
        self.shown.append(self.word())
        return self.shown[-1]

    def mask(self, secret: str) -> str:
        self.masked.append(secret)
        return secret


def _world() -> World:
    brand = net.a_brand()
    return World(brand, net.an_account(brand), net.an_account(brand, "webform"), net.a_member(brand, "Ann"))


def _post(world: World, name: str, text: str, secret: str, **fields: Any) -> None:
    author = {"external_id": f"by-{name}", "handle": world.mask(secret), "name": world.mask(secret)}
    net.tell(world.account, name, text, **{"author": author, "at": NOW, **fields})


def _thread(world: World, name: str, steps: list[str], given_secrets: list[str]) -> None:
    """One thread: a question, then what the steps say."""
    secret = itertools.cycle(given_secrets)
    _post(world, name, f"@tamarind how do I {world.show()} {world.mask(next(secret))}?", next(secret))
    net.take_in()
    for number, step in enumerate(steps):
        _STEPS[step](world, name, f"{name}-{number}", next(secret))
        net.take_in()


def _answer(world: World, root: str, name: str, secret: str) -> None:
    text = f"Please {world.show()} {world.mask(secret)} ^Ann, Store 12"
    own = {"own": True, "author": {"external_id": "us"}}
    net.tell(world.account, name, text, parent_external_id=root, at=NOW + minutes(5), **own)


def _private_answer(world: World, root: str, name: str, secret: str) -> None:
    own = {"own": True, "author": {"external_id": "us"}, "private": True}
    net.tell(
        world.account, name, f"{world.hide()} {secret}", parent_external_id=root, at=NOW + minutes(6), **own
    )


def _direct_message(world: World, root: str, name: str, secret: str) -> None:
    author = {"external_id": f"by-{root}", "handle": "mia"}
    net.tell(
        world.account, name, f"{world.hide()} {secret}", author=author, private=True, parent_external_id=root
    )


def _edit(world: World, root: str, name: str, secret: str) -> None:
    old = Message.objects.get(account=world.account, external_id=root)
    before = old.text
    world.hidden += [word for word in world.shown if word in before]
    world.shown = [word for word in world.shown if word not in before]
    text = f"@tamarind how do I {world.show()} {world.mask(secret)}?"
    author = {"external_id": f"by-{root}", "handle": "mia"}
    net.tell(world.account, root, text, author=author, revision=old.revision + 1, edited_at=NOW.isoformat())


def _delete(world: World, root: str, name: str, secret: str) -> None:
    """The question goes, and its answers with it unless somebody else asks in the same thread."""
    old = Message.objects.get(account=world.account, external_id=root)
    world.hidden += [word for word in world.shown if word in old.text]
    world.shown.clear()
    net.tell(world.account, root, action="delete")


def _house(world: World, root: str, name: str, secret: str) -> None:
    """Notes, drafts and answers that are not out."""
    conversation = Message.objects.get(account=world.account, external_id=root).conversation
    text = f"{world.hide()} {secret}"
    Note.objects.create(conversation=conversation, author=world.ann, text=text)
    for kind in Draft.Kind:
        Draft.objects.update_or_create(
            conversation=conversation,
            author=world.ann,
            kind=kind,
            defaults={"text": f"{world.hide()} {secret}"},
        )
    for state in (Answer.State.HELD, Answer.State.SENDING, Answer.State.CANCELLED, Answer.State.FAILED):
        Answer.objects.create(
            conversation=conversation,
            author=world.ann,
            text=text,
            signature="Ann",
            state=state,
            undo_until=NOW,
        )
    Message.objects.create(
        conversation=conversation, account=world.account, brand=world.brand, direction="out",
        visibility="public",
        author=world.ann, attribution="Ann", text=f"{world.hide()} {secret}", posted_at=NOW, received_at=NOW,
    )  # fmt: skip


def _bystander(world: World, root: str, name: str, secret: str) -> None:
    _post(world, name, f"same here {world.mask(secret)}", secret, parent_external_id=root, to_us=False)


def _spam(world: World, root: str, name: str, secret: str) -> None:
    text = f"FREE followers! click the link in my bio {world.mask(secret)}"
    _post(world, name, text, secret, parent_external_id=root)


def _late_parent(world: World, root: str, name: str, secret: str) -> None:
    """A child first, then the post that joins it to the thread: two conversations become one."""
    _post(world, f"{name}-c", f"@tamarind why {world.mask(secret)}?", secret, parent_external_id=f"{name}-p")
    net.take_in()
    _post(world, f"{name}-p", f"@tamarind and {world.mask(secret)}?", secret, parent_external_id=root)


_STEPS = {
    "answer": _answer, "private answer": _private_answer, "direct message": _direct_message, "edit": _edit,
    "delete": _delete, "house": _house, "bystander": _bystander, "spam": _spam, "late parent": _late_parent,
}  # fmt: skip


def _private_conversation(world: World, secret: str) -> None:
    text = f"how do I {world.hide()} {secret}?"
    net.tell(world.account, "dm", text, author={"external_id": "dm", "handle": world.hide()}, private=True)


def _form(world: World, secret: str) -> None:
    author = {"external_id": "form:1", "name": f"Mia {world.hide()} {world.mask(secret)}"}
    contact = {"contact_email": f"{world.hide()}@example.com", "contact_name": world.hide()}
    text = f"how do I {world.show()} {world.mask(secret)}?"
    net.tell(world.form, "form-1", text, author=author, at=NOW - timedelta(hours=1), **contact)


def _outputs(world: World) -> list[str]:
    """Everything the public can get."""
    client = Client()
    slug = world.brand.slug
    paths = [f"/en/{slug}/", f"/zh-hans/{slug}/", f"/en/{slug}/?tab=waiting", f"/en/{slug}/?tab=answered"]
    paths += [
        f"/en/{slug}/feed.atom",
        f"/en/{slug}/feed.json",
        f"/sitemaps/{slug}/2026-3.xml",
        "/sitemap.xml",
    ]
    paths += [f"/en/{slug}/people/", f"/en/{slug}/people/{world.ann.public_id}/", f"/en/{slug}/?q=how"]
    found = []
    conversations = Conversation.objects.filter(brand=world.brand)
    paths += [f"/en/{slug}/q/{conversation.public_id}/" for conversation in conversations]
    for path in paths:
        response = client.get(path, follow=True)
        found.append(response.content.decode() + "".join(f" {url}" for url, _ in response.redirect_chain))
    for conversation in conversations:
        found += [cards.render_card(conversation.pk, "en"), cards.render_question(conversation.pk, "zh-hans")]
    return found


def _check(world: World) -> None:
    outputs = [html.unescape(text) for text in _outputs(world)]
    for text in outputs:
        plain = squeezed(text)
        for word in world.hidden:
            assert word not in plain
        for secret in world.masked:
            assert secret not in text
            assert squeezed(secret) not in plain
    # Parts of a number, where no other digits stand: in the words of the cards themselves.
    words = [
        card.title + card.text + card.asker + (card.answer.text if card.answer else "")
        for card in _cards(world)
    ]
    for secret in world.masked:
        number = digits_of(secret)
        assert len(number) < 7 or not any(number[-6:] in digits_of(text) for text in words)
    for word in (*world.hidden, *map(squeezed, world.masked)):
        assert not listing(world.brand.pk, Filters(query=word)).cards
    for word in world.shown:
        assert any(word in text for text in outputs), "the test looks where public words are"
        assert listing(world.brand.pk, Filters(query=word)).cards


def _cards(world: World) -> list[selectors.Card]:
    return list(listing(world.brand.pk, Filters(), size=100).cards)


_FIXED = ["+86 138 0013 8000", "4111 1111 1111 1111", "(555) 010-0199", "qxzvbn (at) example (dot) com"]


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=6,
    phases=(Phase.explicit, Phase.generate),
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(st.sampled_from(sorted(_STEPS)), min_size=1, max_size=5),
    found=st.lists(secrets(), min_size=2, max_size=5),
    consent=st.booleans(),
)
@example(steps=[step for step in sorted(_STEPS) if step != "delete"], found=_FIXED, consent=True)
@example(steps=sorted(_STEPS), found=_FIXED, consent=False)
def test_nothing_private_ever(steps: list[str], found: list[str], consent: bool) -> None:
    with transaction.atomic():
        world = _world()
        Membership.objects.filter(pk=world.ann.pk).update(on_wall=consent)
        if "delete" in steps:
            steps = [*(step for step in steps if step != "delete"), "delete"]
        _thread(world, "q", steps, found)
        _private_conversation(world, found[0])
        _form(world, found[-1])
        net.take_in()
        _check(world)
        transaction.set_rollback(True)
