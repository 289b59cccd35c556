"""What networks tell, recorded, and what it becomes; and what they could tell, made up by hypothesis."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
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
    ("name", "case"),
    [(name, case) for name, _, case in CASES],
    ids=[f"{name}-{file}" for name, file, _ in CASES],
)
NEVER_OWN = {"webform"}
"""Channels in which the brand itself never writes."""
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
    payload = row_of(7, envelope, source="hook", now=NOW).payload
    assert payload is not None
    assert "\x00" not in str(json.loads(payload.encode())), "the database holds neither NUL nor broken JSON"
    envelope.dedup_key.encode()
    envelope.thread_key.encode()


def check_record(record: InboundRecord) -> None:
    """Fit for intake: ids are text, times are aware and in UTC, links are web addresses."""
    ids = [record.external_id, record.parent_external_id, record.root_external_id, *record.child_external_ids]
    assert {type(one) for one in ids} == {str}
    assert max(map(len, ids)) <= 200
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


@contextmanager
def or_set_aside() -> Iterator[None]:
    """What happens inside succeeds or is refused in words; any other exception is a fault."""
    try:
        yield
    except Unparseable as error:
        if not str(error):
            pytest.fail("set aside without a reason")


def read_all(kit: Kit, body: bytes) -> None:
    """Unpack and parse, and check all that comes of it."""
    with or_set_aside():
        for envelope in kit.adapter.unpack(kit.account, body):
            check_envelope(envelope)
            with or_set_aside():
                record = kit.adapter.parse(kit.account, envelope.payload)
                if record is not None:
                    check_record(record)


TEXT = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["\x00", "\\u0000", "a\x00b", "900", "2026-11-22T09:00:00Z", "x" * 300]),
)
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
        with or_set_aside():
            record = kit.adapter.parse(kit.account, value)
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
def test_a_recorded_payload_with_one_thing_changed_is_read_or_set_aside(
    name: str, data: st.DataObject
) -> None:
    kit = KITS[name]
    whole = [
        case.get("given") or kit.envelopes(case)[0].payload for _, case in recorded(name) if "entries" in case
    ]
    case = data.draw(st.sampled_from(whole))
    path = data.draw(st.sampled_from(_places(case)))
    new = data.draw(st.one_of(st.just(...), JSON), label=f"new value at {path}")
    read_all(kit, json.dumps(_changed(case, path, new)).encode())


@pytest.mark.parametrize("name", [name for name in INSTALLED if name not in NEVER_OWN])
def test_the_brands_own_posts_are_known(name: str) -> None:
    kit = KITS[name]
    case = dict(recorded(name))["own_post"]
    record = kit.adapter.parse(kit.account, kit.envelopes(case)[0].payload)
    assert record is not None
    assert record.own


@every
def test_told_twice_it_has_the_same_key(name: str) -> None:
    kit = KITS[name]
    for _, case in recorded(name):
        if "unparseable" not in case:
            again = json.loads(json.dumps(case, sort_keys=True))
            assert kit.envelopes(case) == kit.envelopes(again)


def test_an_update_is_newer_than_what_was_written_and_than_earlier_updates() -> None:
    kit = KITS["webhook"]
    cases = dict(recorded("webhook"))
    written = kit.adapter.parse(kit.account, cases["created"]["given"])
    revisions = [written.revision if written else 0]
    for at in (
        "2026-11-22T09:00:00.000Z",
        "2026-11-22T09:00:00.100Z",
        "2026-11-22T10:00:00Z",
        "2099-01-01T00:00:00Z",
    ):
        edited = _changed(cases["edited"]["given"], ("data", "edited_at"), at)
        record = kit.adapter.parse(kit.account, edited)
        revisions.append(record.revision if record else 0)
    assert revisions == sorted(set(revisions))
