"""What networks tell, recorded, and what it becomes; and what they could tell, made up by hypothesis."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chimein.channels.journal import row_of
from chimein.channels.port import Envelope, InboundRecord, Unparseable
from tests.contract.kits import INSTALLED, KITS, NOW, Kit, plain, recorded

CASES = [(name, file, case) for name in INSTALLED for file, case in recorded(name)]
each_case = pytest.mark.parametrize(
    ("name", "case"), [(name, case) for name, _, case in CASES], ids=[f"{name}-{file}" for name, file, _ in CASES]
)
every = pytest.mark.parametrize("name", INSTALLED)


@each_case
def test_a_recorded_payload_becomes_what_it_says(name: str, case: dict[str, Any]) -> None:
    kit = KITS[name]
    if "unparseable" in case:
        with pytest.raises(Unparseable) as caught:
            kit.envelopes(case)
        assert case["unparseable"] in str(caught.value)
        return
    envelopes = kit.envelopes(case)
    assert len(envelopes) == len(case["entries"])
    for envelope, expected in zip(envelopes, case["entries"], strict=True):
        for key in ("dedup_key", "thread_key"):
            assert getattr(envelope, key) == expected.get(key, getattr(envelope, key))
        _check_entry(kit, envelope, expected)


def _check_entry(kit: Kit, envelope: Envelope, expected: dict[str, Any]) -> None:
    check_envelope(envelope)
    if "unparseable" in expected:
        with pytest.raises(Unparseable) as caught:
            kit.adapter.parse(kit.account, envelope.payload)
        assert expected["unparseable"] in str(caught.value)
        return
    record = kit.adapter.parse(kit.account, envelope.payload)
    assert record is not None
    check_record(record)
    shown = plain(record)
    assert {key: shown[key] for key in expected["record"]} == expected["record"]


def check_envelope(envelope: Envelope) -> None:
    """Fit for the journal: keys that the columns hold, a payload that survives the database."""
    assert isinstance(envelope.dedup_key, str)
    assert 0 < len(envelope.dedup_key) <= 200, "longer keys are cut, and two could become one"
    assert envelope.thread_key
    assert "\x00" not in envelope.dedup_key
    row = row_of(7, envelope, source="hook", now=NOW)
    assert row.payload is not None
    assert row.payload.encode()
    envelope.dedup_key.encode()
    envelope.thread_key.encode()


def check_record(record: InboundRecord) -> None:
    """Fit for intake: ids are text, times are aware and in UTC, links are web addresses."""
    ids = [record.external_id, record.parent_external_id, record.root_external_id, *record.child_external_ids]
    assert all(isinstance(one, str) and len(one) <= 200 for one in ids)
    assert record.external_id
    for moment in (record.posted_at, record.edited_at):
        assert moment is None or moment.utcoffset() == timedelta(0)
    assert 1 <= record.revision < 2**31
    assert record.permalink == "" or record.permalink.lower().startswith(("http://", "https://"))
    if record.action == "post":
        assert record.author is not None
        assert isinstance(record.author.external_id, str)
        assert record.author.external_id
        assert 0 <= record.author.followers < 2**63


def read_all(kit: Kit, body: bytes) -> list[InboundRecord | None]:
    """Unpack and parse, where the only exception is Unparseable with words."""
    found: list[InboundRecord | None] = []
    try:
        for envelope in kit.adapter.unpack(kit.account, body):
            check_envelope(envelope)
            try:
                record = kit.adapter.parse(kit.account, envelope.payload)
            except Unparseable as error:
                assert str(error)
                continue
            if record is not None:
                check_record(record)
            found.append(record)
    except Unparseable as error:
        assert str(error)
    return found


TEXT = st.one_of(st.text(max_size=30), st.sampled_from(["\x00", "\\u0000", "a\x00b", "900", "2026-11-22T09:00:00Z", "x" * 300]))
NUMBERS = st.one_of(st.integers(), st.floats(), st.sampled_from([0, -1, 2**31, 2**53 + 1, 2**64, 10**30]))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=12,
)


@every
@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=200))
def test_any_bytes_are_read_or_set_aside(name: str, body: bytes) -> None:
    read_all(KITS[name], body)


@every
@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"5", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b'{"type":NaN}',
        b'{"type":"\\ud800"}', b'{"type":"post.created","post":{"id":"\\ud83d"}}', b"9" * 10_000,
    ],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
def test_nasty_bodies_are_set_aside_in_words(name: str, body: bytes) -> None:
    kit = KITS[name]
    with pytest.raises(Unparseable) as caught:
        kit.adapter.unpack(kit.account, body)
    assert str(caught.value)


@every
@settings(max_examples=200, deadline=None)
@given(value=JSON)
def test_any_json_is_read_or_set_aside(name: str, value: Any) -> None:
    kit = KITS[name]
    read_all(kit, json.dumps(value).encode())
    if isinstance(value, dict):
        try:
            record = kit.adapter.parse(kit.account, value)
        except Unparseable as error:
            assert str(error)
        else:
            assert record is None or isinstance(record, InboundRecord)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """All paths into a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [path] if path else []
    for key, part in inner:
        found += _places(part, (*path, key))
    return found


def _changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    made = copy.deepcopy(value)
    target = made
    for step in path[:-1]:
        target = target[step]
    if new is ...:
        del target[path[-1]]
    else:
        target[path[-1]] = new
    return made


@every
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_recorded_payload_with_one_thing_changed_is_read_or_set_aside(name: str, data: st.DataObject) -> None:
    kit = KITS[name]
    whole = [case.get("given") or kit.envelopes(case)[0].payload for _, case in recorded(name) if "entries" in case]
    case = data.draw(st.sampled_from(whole))
    path = data.draw(st.sampled_from(_places(case)))
    new = data.draw(st.one_of(st.just(...), JSON), label=f"new value at {path}")
    read_all(kit, json.dumps(_changed(case, path, new)).encode())


@every
def test_the_brands_own_posts_are_known(name: str) -> None:
    if name == "webform":
        pytest.skip("nobody answers through the form")
    kit = KITS[name]
    case = dict(recorded(name))["own_post"]
    record = kit.adapter.parse(kit.account, kit.envelopes(case)[0].payload)
    assert record is not None
    assert record.own


@each_case
def test_told_twice_it_has_the_same_key(name: str, case: dict[str, Any]) -> None:
    if "unparseable" in case:
        pytest.skip("it never gets a key")
    kit = KITS[name]
    again = json.loads(json.dumps(case, sort_keys=True))
    assert kit.envelopes(case) == kit.envelopes(again)


def test_an_update_is_newer_than_what_was_written_and_than_earlier_updates() -> None:
    kit = KITS["webhook"]
    cases = dict(recorded("webhook"))
    written = kit.adapter.parse(kit.account, cases["created"]["given"])
    revisions = [written.revision if written else 0]
    for at in ("2026-11-22T09:00:00.000Z", "2026-11-22T09:00:00.100Z", "2026-11-22T10:00:00Z", "2099-01-01T00:00:00Z"):
        edited = _changed(cases["edited"]["given"], ("data", "edited_at"), at)
        record = kit.adapter.parse(kit.account, edited)
        revisions.append(record.revision if record else 0)
    assert revisions == sorted(set(revisions))
