"""Webhooks: what a receiver gets is signed, and only a success counts as taken."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from open311.adapters.delivery import Later
from open311.adapters.outbound import Outbound
from open311.adapters.webhook import call_webhook
from tests.receiver import Receiver, receiver

__all__ = ["receiver"]
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
LOCAL = Outbound.allowing("127.0.0.1/32")


def test_a_call_is_signed_with_its_moment(receiver: Receiver) -> None:
    assert call_webhook(LOCAL, receiver.url, "secret", "an-id", NOON, b'{"a":1}') == 200
    ((path, headers, body),) = receiver.calls
    assert (path, body) == ("/hook", b'{"a":1}')
    assert headers["X-Open311-Delivery"] == "an-id"
    assert headers["X-Open311-Timestamp"] == "1795608000"
    expected = hmac.new(b"secret", b'1795608000.{"a":1}', hashlib.sha256).hexdigest()
    assert headers["X-Open311-Signature"] == f"v1={expected}"
    assert headers["Host"] == receiver.url.split("/")[2]


@pytest.mark.parametrize("status", [302, 400, 404, 410, 500, 503])
def test_anything_but_success_has_failed(receiver: Receiver, status: int) -> None:
    receiver.answers = [status]
    with pytest.raises(Later) as failed:
        call_webhook(LOCAL, receiver.url, "secret", "an-id", NOON, b"{}")
    assert failed.value.status == status
