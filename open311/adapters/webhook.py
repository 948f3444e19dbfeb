"""Call a webhook, signed.

The receiver checks ``X-Open311-Signature: v1=<hex>``, the HMAC-SHA256 of ``<timestamp>.<body>`` under its secret,
rejects old timestamps, and ignores an ``X-Open311-Delivery`` that it has seen before.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from open311.adapters.delivery import Later
from open311.adapters.outbound import Outbound


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the value of ``X-Open311-Signature``, which a receiver computes to compare."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def call_webhook(outbound: Outbound, url: str, secret: str, delivery: str, moment: datetime, body: bytes) -> int:
    """Send a JSON body, signed, and return the status (2xx) of a receiver that took it.

    :raises Later: when the receiver did not take it; ``status`` is what it answered, if it did.
    :raises Refused: when the address may not be called.
    """
    timestamp = str(int(moment.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "X-Open311-Delivery": delivery,
        "X-Open311-Timestamp": timestamp,
        "X-Open311-Signature": signature(secret, timestamp, body),
    }
    answer = outbound.call("POST", url, headers, body)
    if not answer.is_success:
        raise Later(f"it answers {answer.status}", answer.status)
    return answer.status
