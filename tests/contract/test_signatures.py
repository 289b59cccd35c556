"""Who may speak through the webhook door: the network, now, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chimein.channels.adapters.webhook import signature
from chimein.channels.port import AccountView, HookRequest, InvalidSignature
from tests.contract.kits import INSTALLED, KITS, NOW, OTHER_SECRET, SECRET, Kit, sign_standard

BODY = '{"type":"hello","data":{"text":"周日开门吗？"}}'.encode()
signed = pytest.mark.parametrize(
    "name", [name for name in INSTALLED if KITS[name].adapter.capabilities.hooks]
)
unsigned = pytest.mark.parametrize(
    "name", [name for name in INSTALLED if not KITS[name].adapter.capabilities.hooks]
)


def refused(kit: Kit, request: HookRequest, account: AccountView | None = None) -> None:
    with pytest.raises(InvalidSignature) as caught:
        kit.adapter.verify(account or kit.account, request, NOW)
    assert str(caught.value)
    assert SECRET not in str(caught.value)


@signed
def test_the_network_itself_is_let_in(name: str) -> None:
    kit = KITS[name]
    token = kit.adapter.verify(kit.account, kit.request(BODY), NOW)
    assert token, "a signed time needs a mark by which a replay is noticed"
    assert kit.adapter.verify(kit.account, kit.request(BODY), NOW + timedelta(seconds=9)) == token
    later = kit.request(BODY, at=NOW + timedelta(seconds=1))
    assert kit.adapter.verify(kit.account, later, NOW) != token


@signed
def test_the_wrong_secret_is_refused(name: str) -> None:
    kit = KITS[name]
    refused(kit, kit.request(BODY, secret=OTHER_SECRET))
    refused(kit, kit.request(BODY), kit.account_with(**{kit.secret_name: OTHER_SECRET}))


@signed
def test_an_account_without_a_secret_lets_nobody_in(name: str) -> None:
    kit = KITS[name]
    refused(kit, kit.request(BODY), kit.account_with())
    refused(kit, kit.request(BODY), kit.account_with(**{kit.secret_name: ""}))


@signed
def test_each_header_is_needed(name: str) -> None:
    kit = KITS[name]
    whole = kit.request(BODY)
    signing = [header for header in whole.headers if header != "x-warble-delivery"]
    assert len(signing) >= 2
    for missing in signing:
        headers = {key: value for key, value in whole.headers.items() if key != missing}
        refused(kit, replace(whole, headers=headers))
        refused(kit, replace(whole, headers={**headers, missing: ""}))
    refused(kit, replace(whole, headers={}))


@signed
@pytest.mark.parametrize("seconds", [-301, 301, -86_400, 86_400, 10**9])
def test_stale_and_future_requests_are_refused(name: str, seconds: int) -> None:
    kit = KITS[name]
    refused(kit, kit.request(BODY, at=NOW + timedelta(seconds=seconds)))


@signed
@pytest.mark.parametrize("seconds", [-299, 299])
def test_clocks_may_differ_by_five_minutes(name: str, seconds: int) -> None:
    kit = KITS[name]
    assert kit.adapter.verify(kit.account, kit.request(BODY, at=NOW + timedelta(seconds=seconds)), NOW)


@signed
def test_a_tampered_body_is_refused(name: str) -> None:
    kit = KITS[name]
    whole = kit.request(BODY)
    for body in (b"", BODY + b" ", BODY.replace(b"hello", b"jello"), BODY[:-1]):
        refused(kit, replace(whole, body=body))


@signed
def test_a_tampered_header_is_refused(name: str) -> None:
    kit = KITS[name]
    whole = kit.request(BODY)
    for header, value in whole.headers.items():
        if header == "x-warble-delivery":
            continue
        last = "1" if value[-1] != "1" else "2"
        changed = value[:-2] + last + "=" if value.endswith("=") else value[:-1] + last
        refused(kit, replace(whole, headers={**whole.headers, header: changed}))


HEADER_TEXT = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=st.characters(min_codepoint=0, max_codepoint=255), max_size=60),
    st.sampled_from(
        [
            "１７６３",
            "1_700_000_000",
            "-1",
            "+1",
            " 1 ",
            "9" * 400,
            "v1,",
            "v1,=",
            "sha256=",
            "\ud800",
            "v1,é",
        ]
    ),
)


@signed
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_hostile_headers_are_refused_and_break_nothing(name: str, data: st.DataObject) -> None:
    kit = KITS[name]
    whole = kit.request(BODY)
    headers = {key: data.draw(HEADER_TEXT, label=key) for key in whole.headers}
    refused(kit, replace(whole, headers=headers))
    one = data.draw(st.sampled_from([key for key in whole.headers if key != "x-warble-delivery"]))
    refused(kit, replace(whole, headers={**whole.headers, one: headers[one]}))


@unsigned
@settings(max_examples=50, deadline=None)
@given(body=st.binary(max_size=100), headers=st.dictionaries(st.text(max_size=20), HEADER_TEXT, max_size=4))
def test_a_channel_without_webhooks_lets_nobody_in(name: str, body: bytes, headers: dict[str, str]) -> None:
    refused(KITS[name], HookRequest("POST", headers, {}, body))


class TestStandardWebhooks:
    """What only that signature scheme has. The vector was made with the package `standardwebhooks` 1.1."""

    BODY = (
        '{"type":"message.created","data":{"id":"t-81","text":"Öffnet ihr sonntags? 周日开门吗？"}}'.encode()
    )

    def test_it_signs_as_others_do(self) -> None:
        made = signature.signed_headers([SECRET], "msg_5Xv0Qe8rT2", self.BODY, NOW)
        assert made["webhook-signature"] == "v1,bXxje7NRy7TiPgOdMNSVQFgZ3V6l2LFt/st1QyO5qKk="

    def test_while_the_secret_is_changed_both_are_good(self) -> None:
        kit = KITS["webhook"]
        account = kit.account_with(secret=OTHER_SECRET, previous_secret=SECRET)
        assert kit.adapter.verify(account, kit.request(BODY), NOW)
        assert kit.adapter.verify(account, kit.request(BODY, secret=OTHER_SECRET), NOW)

    def test_one_fitting_signature_of_several_is_enough_and_a_replay_is_known_in_any_order(self) -> None:
        kit = KITS["webhook"]
        account = kit.account_with(secret=OTHER_SECRET, previous_secret=SECRET)
        old = sign_standard(SECRET, BODY, NOW)
        new = sign_standard(OTHER_SECRET, BODY, NOW)["webhook-signature"]
        orders = [
            f"v1a,bm90IG91cnM= {old['webhook-signature']} {new}",
            f"{new} {old['webhook-signature']}",
            old["webhook-signature"],
            new,
        ]
        tokens = {
            kit.adapter.verify(
                account, HookRequest("POST", {**old, "webhook-signature": order}, {}, BODY), NOW
            )
            for order in orders
        }
        assert len(tokens) == 1

    def test_a_full_stop_in_the_id_is_refused(self) -> None:
        """Else a part of the id could pass for the time: "a.1" + "2" reads like "a" + "1.2"."""
        kit = KITS["webhook"]
        made = signature.signed_headers([SECRET], "msg.1", BODY, NOW)
        refused(kit, HookRequest("POST", made, {}, BODY))

    @pytest.mark.parametrize(
        "secret", ["whsec_", "whsec_c2hvcnQ=", "whsec_!!!", "whsec_é", "whsec_" + "QUFB" * 30]
    )
    def test_an_unfit_secret_of_ours_lets_nobody_in(self, secret: str) -> None:
        kit = KITS["webhook"]
        refused(kit, kit.request(BODY), kit.account_with(secret=secret))
