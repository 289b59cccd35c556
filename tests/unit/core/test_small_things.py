"""Options, secrets at rest, ids, events, policies."""

from __future__ import annotations

import pytest
from cryptography.fernet import InvalidToken
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from chimein.core import events, ids, options, policy
from chimein.core.actor import Actor, Role
from chimein.core.crypto import EncryptedJSONField


def test_every_option_says_what_it_is_for() -> None:
    found = options.all_options()
    assert len(found) > 10
    assert all(one.help.endswith(".") and one.env == f"CHIMEIN_{one.name}" for one in found)
    assert [one.name for one in found] == sorted(one.name for one in found)


def test_an_option_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    number = options.Option("NUMBER_FOR_TEST", 3, "A number.", int)
    assert number.get() == 3
    monkeypatch.setenv(number.env, "5")
    assert number.get() == 5
    with number.override(7):
        assert number.get() == 7
    monkeypatch.setenv(number.env, "many")
    with pytest.raises(ValueError, match=number.env):
        number.get()


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("Yes", True), (" on ", True), ("0", False), ("", False), ("no", False)]
)
def test_yes_and_no(text: str, value: bool) -> None:
    assert options.parse_bool(text) is value


def test_lists_are_separated_by_commas() -> None:
    assert options.parse_list(" a, b ,,c ") == ("a", "b", "c")


@pytest.mark.parametrize(("name", "help"), [("LEASE_SECONDS", "Again."), ("NEW_FOR_TEST", "")])
def test_an_option_is_declared_once_and_with_help(name: str, help: str) -> None:
    import chimein.routing.services  # noqa: F401 - declares LEASE_SECONDS

    with pytest.raises(ValueError, match=name):
        options.option(name, 1, help)


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_secrets_come_back_as_they_were(value: object) -> None:
    field = EncryptedJSONField()
    stored = field.get_prep_value(value)
    assert field.from_db_value(stored, None, None) == value
    if isinstance(value, str) and len(value) > 3:
        assert value.encode() not in (stored or b"")


def test_keys_can_be_rotated(settings: Settings) -> None:
    field = EncryptedJSONField()
    settings.FIELD_KEYS = ["old"]
    before = field.get_prep_value({"secret": "x"})
    settings.FIELD_KEYS = ["new", "old"]
    after = field.get_prep_value({"secret": "x"})
    assert field.from_db_value(before, None, None) == {"secret": "x"}
    settings.FIELD_KEYS = ["new"]
    assert field.from_db_value(after, None, None) == {"secret": "x"}
    with pytest.raises(InvalidToken):
        field.from_db_value(before, None, None)


def test_a_changed_secret_is_noticed() -> None:
    field = EncryptedJSONField()
    stored = bytearray(field.get_prep_value({"a": 1}) or b"")
    stored[30] ^= 1
    with pytest.raises(InvalidToken):
        field.from_db_value(bytes(stored), None, None)


def test_public_ids_are_short_plain_and_different() -> None:
    made = {ids.public_id() for _ in range(2000)}
    assert len(made) == 2000
    assert all(
        len(one) == ids.PUBLIC_ID_LENGTH and not set(one) - set("0123456789abcdefghjkmnpqrstvwxyz")
        for one in made
    )
    assert len({ids.secret_token() for _ in range(100)}) == 100


def test_events_are_declared_once_with_a_sentence() -> None:
    found = events.all_kinds()
    assert all(one.help.endswith(".") and "." in one.name for one in found)
    with pytest.raises(ValueError, match="declared twice"):
        events.declare(found[0].name, "Again.")


@pytest.mark.django_db
def test_an_event_whose_hearer_fails_did_not_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    from chimein.core import clock, db
    from chimein.core.models import Event

    kind = events.all_kinds()[0]

    def fail(_: events.Fact) -> None:
        raise RuntimeError("no")

    monkeypatch.setitem(events._HANDLERS, kind.name, [fail])
    with pytest.raises(RuntimeError), db.atomic():
        events.emit(events.Fact(kind, clock.now(), "system:test", None))
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("named", "allowed"),
    [
        (policy.ANYONE, {None, *Role}),
        (policy.SIGNED_IN, set(Role)),
        (policy.MEMBER, set(Role)),
        (policy.STAFF, {Role.OWNER, Role.LEAD, Role.AGENT}),
        (policy.LEAD, {Role.OWNER, Role.LEAD}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_policies(named: policy.NamedPolicy, allowed: set[Role | None]) -> None:
    people: dict[Role | None, Actor | None] = {
        None: None,
        **{role: Actor(label="user:1", brand_id=1, role=role) for role in Role},
    }
    assert {role for role, actor in people.items() if named.allows(actor)} == allowed


def test_a_part_of_the_system_is_no_member() -> None:
    machine = Actor.system("intake", brand_id=1)
    assert not (machine.is_member)
    assert not (machine.is_staff)
    assert not (machine.is_lead)
    assert machine.label == "system:intake"
