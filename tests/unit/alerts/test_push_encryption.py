"""What we encrypt is read by whoever follows the RFC, and by nobody else."""

from __future__ import annotations

import json

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from chimein.alerts.pushing import MOST_BYTES, encode, topic_of
from chimein.alerts.vapid import b64, unb64
from tests.factories.push import Keys, new_keys

# RFC 8291, appendix A.
_PLAIN = b"When I grow up, I want to be a watermelon"
_RECEIVER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
_AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
_BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6"
    "cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_our_reader_reads_the_rfc_s_example() -> None:
    private = ec.derive_private_key(int.from_bytes(unb64(_RECEIVER), "big"), ec.SECP256R1())
    assert Keys(private, unb64(_AUTH)).decrypt(unb64(_BODY)) == _PLAIN


@pytest.mark.parametrize("text", ["Hello", "怎么重置路由器？🙂" * 40, ""])
def test_a_browser_reads_what_we_encrypt(text: str) -> None:
    keys = new_keys()
    body = encode({"title": text}, p256dh=keys.p256dh, auth=b64(keys.auth))
    assert json.loads(keys.decrypt(body)) == {"title": text}
    assert len(body) <= 4096


def test_another_browser_does_not() -> None:
    keys, other = new_keys(), new_keys()
    body = encode({"title": "For you"}, p256dh=keys.p256dh, auth=b64(keys.auth))
    with pytest.raises(InvalidTag):
        other.decrypt(body)


def test_the_same_words_never_look_the_same() -> None:
    keys = new_keys()
    made = {encode({"a": 1}, p256dh=keys.p256dh, auth=b64(keys.auth)) for _ in range(5)}
    assert len(made) == 5


@pytest.mark.parametrize(
    ("payload", "p256dh", "auth"),
    [
        ({"body": "x" * (MOST_BYTES + 1)}, new_keys().p256dh, b64(b"sixteen bytes !!")),
        ({"body": "x"}, b64(b"\x04" + b"\x00" * 64), b64(b"sixteen bytes !!")),
        ({"body": "x"}, "nonsense", "nonsense"),
    ],
    ids=["too long", "no point of the curve", "no keys at all"],
)
def test_what_cannot_be_encrypted_says_so(payload: dict[str, str], p256dh: str, auth: str) -> None:
    with pytest.raises((ValueError, TypeError), match=r"."):
        encode(payload, p256dh=p256dh, auth=auth)


def test_a_topic_is_short_and_of_the_right_alphabet() -> None:
    assert topic_of("c17") == topic_of("c17") != topic_of("c18")
    assert len(topic_of("话题" * 100)) == 32
