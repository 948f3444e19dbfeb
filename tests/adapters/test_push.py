"""Web Push: a browser reads what it is sent, and what a push service answers is understood."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from open311.adapters.delivery import Gone, Later, Refused
from open311.adapters.outbound import Outbound
from open311.adapters.push import Browser, WebPush
from tests.push_service import CURVE, PushService, decrypted, plain, push_service

__all__ = ["push_service"]
HERE = Outbound.allowing("127.0.0.1/32")
SECRET = "only the tests know what this is"


def sender(secret: str = SECRET, outbound: Outbound = HERE) -> WebPush:
    return WebPush(secret, "311@example.org", outbound)


def test_what_the_tests_decrypt_is_what_the_rfc_encrypts() -> None:
    """RFC 8291, section 5."""
    private = int.from_bytes(plain("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
    body = plain(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBr"
        "u3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    key = ec.derive_private_key(private, CURVE)
    assert decrypted(body, key, plain("BTBZMqHH6r4Tts7J_aSIgg")) == b"When I grow up, I want to be a watermelon"


@pytest.mark.parametrize("message", [b'{"title":"x"}', b'{"title":"' + b"x" * 2900 + b'"}'])
def test_a_browser_reads_what_it_is_sent_and_nobody_between(push_service: PushService, message: bytes) -> None:
    sender().send(push_service.browser, message)
    assert [len(told["title"]) + 12 for told in push_service.told] == [len(message)]


def test_every_process_with_the_same_secret_is_the_same_server() -> None:
    assert sender().public_key == sender().public_key
    assert sender().public_key != sender("another secret of thirty-two letters").public_key
    assert len(plain(sender().public_key)) == 65


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (404, Gone),
        (410, Gone),
        (400, Refused),
        (403, Refused),
        (413, Refused),
        (301, Refused),
        (429, Later),
        (500, Later),
    ],
)
def test_what_a_push_service_answers_is_understood(
    push_service: PushService, status: int, fault: type[Exception]
) -> None:
    push_service.answers = [status]
    with pytest.raises(fault, match=str(status)) as raised:
        sender().send(push_service.browser, b"{}")
    assert type(raised.value) is fault


def test_nothing_inside_our_own_network_is_called(push_service: PushService) -> None:
    with pytest.raises(Refused, match="not public"):
        sender(outbound=Outbound()).send(push_service.browser, b"{}")
    assert push_service.headers == []


def test_an_address_that_is_none_is_refused_for_good(push_service: PushService) -> None:
    with pytest.raises(Refused):
        sender().send(replace(push_service.browser, endpoint=f"{push_service.origin}/\x01"), b"{}")


def test_a_service_that_is_away_is_tried_again(push_service: PushService) -> None:
    away = replace(push_service.browser, endpoint="http://127.0.0.1:9/")
    with pytest.raises(Later):
        sender().send(away, b"{}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": ""},
        {"endpoint": "file:///etc/passwd"},
        {"endpoint": "https://"},
        {"endpoint": "https://push.example/" + "x" * 2000},
        {"key": ""},
        {"key": "B" * 87},
        {"key": "not base64!"},
        {"secret": "c2hvcnQ"},
        {"secret": "ñ"},
    ],
)
def test_what_is_no_browser_is_refused(push_service: PushService, wrong: dict[str, str]) -> None:
    given = push_service.browser
    with pytest.raises(ValueError, match=r".+"):
        Browser(**{"endpoint": given.endpoint, "key": given.key, "secret": given.secret, **wrong})
