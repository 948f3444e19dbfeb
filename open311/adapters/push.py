"""Messages to browsers: Web Push (RFC 8030), encrypted for one browser (RFC 8291), signed by this server (RFC 8292)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from open311.adapters.webhook import AddressRefused, WebhookFailed, Webhooks

KEPT = 24 * 3600
"""Seconds for which the push service keeps a message for a device that is away."""
SIGNED = 12 * 3600
"""Seconds for which a signature holds; more than a day is refused (RFC 8292, section 2)."""
MOST_CHARACTERS = 2_000
"""Of a push service's address."""

_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class PushRefused(Exception):
    """The push service will never take this message; the text is what it said."""


class PushGone(PushRefused):
    """Nobody takes messages at this address any more."""


class PushUnreachable(Exception):
    """The push service does not answer, or not now; to be tried again."""


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a browser takes messages, and with what only it can read them: as it told its page.

    :raises ValueError: that is no such thing.
    """

    endpoint: str
    key: str
    secret: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname or len(self.endpoint) > MOST_CHARACTERS:
            raise ValueError("the address is none of a push service")
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, _plain(self.key))
        if len(_plain(self.secret)) != 16:
            raise ValueError("the secret has 16 bytes")


class WebPush:
    """Hands messages to push services, which are servers of other people: nothing inside our own network is called."""

    def __init__(self, secret_key: str, contact: str, webhooks: Webhooks) -> None:
        seed = hashlib.sha512(b"open311 push\0" + secret_key.encode()).digest()
        # One key for all processes without one more secret to keep. With a new SECRET_KEY, browsers must ask anew.
        self._key = ec.derive_private_key(int.from_bytes(seed) % (_ORDER - 1) + 1, _CURVE)
        self._contact, self._webhooks = contact, webhooks

    @property
    def public_key(self) -> str:
        """By which push services and browsers know this server."""
        return _written(self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def send(self, browser: Browser, message: bytes) -> None:
        """Hand a message over.

        :raises PushGone: the browser takes none any more.
        :raises PushRefused: for good.
        :raises PushUnreachable: try again later.
        """
        parts = urlsplit(browser.endpoint)
        headers = {
            "Authorization": f"vapid t={self._signed(f'{parts.scheme}://{parts.netloc}')}, k={self.public_key}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT),
        }
        body = http_ece.encrypt(
            message,
            private_key=ec.generate_private_key(_CURVE),
            dh=_plain(browser.key),
            auth_secret=_plain(browser.secret),
            version="aes128gcm",
        )
        try:
            status = self._webhooks.post(browser.endpoint, headers, body)
        except AddressRefused as fault:
            raise PushRefused(str(fault)) from None
        except WebhookFailed as fault:
            raise PushUnreachable(str(fault)) from None
        if 200 <= status < 300:
            return
        if status in (404, 410):
            raise PushGone(f"it answers {status}")
        if status == 429 or status >= 500:
            raise PushUnreachable(f"it answers {status}")
        raise PushRefused(f"it answers {status}")

    def _signed(self, origin: str) -> str:
        """Who we are, for one push service."""
        claims = {"aud": origin, "exp": int(time.time()) + SIGNED, "sub": f"mailto:{self._contact}"}
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(pem))


def _plain(text: str) -> bytes:
    """Bytes from base64url, as browsers write it."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except (binascii.Error, UnicodeError):
        raise ValueError("no base64url") from None


def _written(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")
