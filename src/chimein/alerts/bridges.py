"""A brand's ways into team chats: made, changed, tried and taken away by leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from chimein.alerts import events
from chimein.alerts.kinds import BRIDGED, KINDS
from chimein.alerts.models import Bridge, BridgePost, ChatName
from chimein.alerts.platforms import PLATFORMS
from chimein.alerts.platforms.port import Message, Platform, Reply
from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import NotAllowed, UserError
from chimein.core.events import Fact, Kind, emit
from chimein.core.http import safe_client
from chimein.routing.models import Lane

_CAN_BE_TOLD = frozenset(kind.name for kind in BRIDGED)
_DEFAULT_KINDS = ("mention", "breach", "crisis")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a lead asks for. An empty `url` or `sign` keeps the one that is stored."""

    platform: str
    name: str
    url: str
    sign: str
    language: str
    kinds: Sequence[str]
    lanes: Sequence[str]
    topics: Sequence[str]


def platform_of(bridge: Bridge) -> Platform:
    """The bridge's platform. Raises UserError when it is not installed any more."""
    found = PLATFORMS.get(bridge.platform)
    if found is None:
        raise UserError(_("This chat is not supported any more."))
    return found


def check_address(platform: Platform, url: str) -> None:
    """Raises UserError unless this is a complete address of that platform's."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises ValueError for a port that is none
    except ValueError:
        parts = urlsplit("")
    own = not platform.hosts and parts.scheme in {"http", "https"}
    if not (parts.hostname and (own or parts.scheme == "https")):
        raise UserError(_("Give the complete address, such as %(example)s") % {"example": platform.example})
    if platform.hosts and parts.hostname not in platform.hosts:
        raise UserError(
            _("This is no address of %(platform)s: its addresses begin with https://%(host)s/")
            % {"platform": platform.label, "host": platform.hosts[0]}
        )


def save(*, actor: Actor, wish: Wish, now: datetime, bridge_id: int | None = None) -> Bridge:
    """Make a bridge, or change one. Raises UserError for what cannot be, NotAllowed for all but leads."""
    platform = PLATFORMS.get(wish.platform)
    if platform is None:
        raise UserError(_("Choose a chat."))
    if not wish.name.strip():
        raise UserError(_("Give the room a name, so that you know it again."))
    if not actor.is_lead:
        raise NotAllowed(_("Only leads connect team chats."))
    with db.atomic():
        bridge = _locked(actor, bridge_id) if bridge_id else Bridge(brand_id=actor.brand_id, created_at=now)
        _fill(bridge, platform, wish)
        if not bridge_id:
            bridge.created_by_id = actor.membership_id
        bridge.save()
        _tell(events.BRIDGE_SAVED, actor, now, bridge, platform=bridge.platform)
    return bridge


def _fill(bridge: Bridge, platform: Platform, wish: Wish) -> None:
    old: dict[str, str] = bridge.secret if bridge.pk else {}
    same = bridge.platform == platform.name
    url = wish.url.strip() or (old.get("url", "") if same else "")
    check_address(platform, url)
    sign = wish.sign.strip() or (old.get("sign", "") if same and not wish.url.strip() else "")
    if (url, sign) != (old.get("url"), old.get("sign", "")):
        bridge.last_error, bridge.last_error_at, bridge.last_ok_at = "", None, None
    bridge.platform, bridge.name = platform.name, wish.name.strip()[:60]
    bridge.secret = {"url": url, "sign": sign if platform.signs else ""}
    bridge.language = "zh-hans" if wish.language.startswith("zh") else "en"
    bridge.kinds = [kind for kind in wish.kinds if kind in _CAN_BE_TOLD]
    bridge.lanes = [lane for lane in wish.lanes if lane in Lane.values]
    bridge.topics = list(dict.fromkeys(wish.topics))[:100]


def _locked(actor: Actor, bridge_id: int) -> Bridge:
    """The bridge, held. Raises NotAllowed for all but leads, UserError when it is not the brand's."""
    if not actor.is_lead:
        raise NotAllowed(_("Only leads connect team chats."))
    found = Bridge.objects.select_for_update().filter(pk=bridge_id, brand=actor.brand_id).first()
    if found is None:
        raise UserError(_("There is no such chat here."))
    return found


def pause(*, actor: Actor, bridge_id: int, active: bool, now: datetime) -> Bridge:
    """Stop telling this room for now, or go on. What piled up meanwhile is not told."""
    with db.atomic():
        bridge = _locked(actor, bridge_id)
        bridge.is_active = active
        bridge.save(update_fields=["is_active"])
        BridgePost.objects.filter(bridge=bridge, state="waiting").update(state="dropped")
        _tell(events.BRIDGE_SAVED, actor, now, bridge, platform=bridge.platform)
    return bridge


def remove(*, actor: Actor, bridge_id: int, back: bool, now: datetime) -> Bridge:
    """Take a bridge away, or bring it `back`."""
    with db.atomic():
        bridge = _locked(actor, bridge_id)
        bridge.removed_at = None if back else now
        bridge.save(update_fields=["removed_at"])
        if not back:
            BridgePost.objects.filter(bridge=bridge, state="waiting").update(state="dropped")
        _tell(events.BRIDGE_REMOVED, actor, now, bridge, back=back)
    return bridge


def call_me(*, actor: Actor, bridge_id: int, name: str, now: datetime) -> str:
    """How the chat can call the actor by name; an empty name is no call. What it was before."""
    with db.atomic():
        rows = Bridge.objects.filter(pk=bridge_id, brand=actor.brand_id, removed_at=None)
        bridge = rows.first()
        if bridge is None or actor.membership_id is None:
            raise UserError(_("There is no such chat here."))
        known = ChatName.objects.filter(member=actor.membership_id, bridge=bridge).first()
        before = known.name if known else ""
        word = "".join(name.split())[:60].lstrip("@").strip("<>")
        if word:
            ChatName.objects.update_or_create(
                member_id=actor.membership_id, bridge=bridge, defaults={"name": word}
            )
        elif known:
            known.delete()
    return before


def post(bridge: Bridge, message: Message, *, now: datetime) -> Reply:
    """Send one message now. Never raises for what the network does."""
    platform = platform_of(bridge)
    made = platform.write(bridge.secret, message, now)
    try:
        with safe_client() as client:
            return platform.read(client.post(made.url, json=made.body))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # The address is a secret and stands in some errors of the client.
        said = f"{type(error).__name__}: {error}".replace(bridge.secret.get("url", "") or "-", "…")
        return Reply(False, said[:300])


def try_out(*, actor: Actor, bridge_id: int, now: datetime) -> Reply:
    """Post a greeting into the room, so that a lead sees it works."""
    with db.atomic():
        bridge = _locked(actor, bridge_id)
    with translation.override(bridge.language):
        message = Message(
            title=_("ChimeIn is connected to this room"),
            lines=[_("Told here: %(kinds)s") % {"kinds": kinds_words(bridge.kinds)}],
            url=settings.BASE_URL + reverse("console-bridges", args=[bridge.brand.slug]),
            link=_("Change what is told"),
        )
    reply = post(bridge, message, now=now)
    mark(bridge.pk, reply, now)
    return reply


def kinds_words(names: Sequence[str]) -> str:
    """The kinds in words, in the active language."""
    return ", ".join(str(KINDS[name].room) for name in names if name in KINDS) or _("nothing yet")


def mark(bridge_id: int, reply: Reply, now: datetime) -> None:
    """Keep what the room's platform said last."""
    changes: Mapping[str, object] = (
        {"last_ok_at": now, "last_error": "", "last_error_at": None}
        if reply.ok
        else {"last_error": reply.error[:300], "last_error_at": now}
    )
    Bridge.objects.filter(pk=bridge_id).update(**changes)


def default_kinds() -> list[str]:
    """What a new room is told."""
    return list(_DEFAULT_KINDS)


def _tell(kind: Kind, actor: Actor, now: datetime, bridge: Bridge, **more: object) -> None:
    emit(Fact(kind, now, actor.label, actor.brand_id, None, None, {"bridge": bridge.pk, **more}))
