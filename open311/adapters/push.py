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

from open311.adapters.delivery import Gone, Later, Refused
from open311.adapters.outbound import Outbound

TTL_SECONDS = 24 * 3600
"""How long the push service holds a message for a device that is offline."""
SIGNATURE_SECONDS = 12 * 3600
"""How long a signature is valid; more than a day is refused (RFC 8292, section 2)."""
MAX_ENDPOINT_CHARACTERS = 2_000
"""The longest address of a push service that is accepted."""

_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class Browser:
    """The push subscription of a browser: its push service's address, and the keys with which only it can read.

    :raises ValueError: when any part is not what a browser would give.
    """

    endpoint: str
    key: str
    secret: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname or len(self.endpoint) > MAX_ENDPOINT_CHARACTERS:
            raise ValueError("the address is none of a push service")
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, _plain(self.key))
        if len(_plain(self.secret)) != 16:
            raise ValueError("the secret has 16 bytes")


class WebPush:
    """Hands messages to push services. A browser names them, so they are called as any server of somebody else's is."""

    def __init__(self, secret_key: str, contact: str, outbound: Outbound) -> None:
        seed = hashlib.sha512(b"open311 push\0" + secret_key.encode()).digest()
        # One key for all processes without one more secret to keep. With a new SECRET_KEY, browsers must ask anew.
        self._key = ec.derive_private_key(int.from_bytes(seed) % (_ORDER - 1) + 1, _CURVE)
        self._contact, self._outbound = contact, outbound

    @property
    def public_key(self) -> str:
        """The key by which push services and browsers know this server, in base64url."""
        return _written(self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def send(self, browser: Browser, message: bytes) -> None:
        """Encrypt a message for the browser and hand it to its push service.

        :raises Gone: when the browser no longer receives messages.
        :raises Refused: when the push service will never take it, or may not be called.
        :raises Later: when it should be tried again.
        """
        parts = urlsplit(browser.endpoint)
        headers = {
            "Authorization": f"vapid t={self._signed(f'{parts.scheme}://{parts.netloc}')}, k={self.public_key}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(TTL_SECONDS),
        }
        body = http_ece.encrypt(
            message,
            private_key=ec.generate_private_key(_CURVE),
            dh=_plain(browser.key),
            auth_secret=_plain(browser.secret),
            version="aes128gcm",
        )
        answer = self._outbound.call("POST", browser.endpoint, headers, body)
        if answer.is_success:
            return
        said = f"it answers {answer.status}"
        if answer.status in (404, 410):
            raise Gone(said, answer.status)
        if answer.status == 429 or answer.status >= 500:
            raise Later(said, answer.status)
        raise Refused(said, answer.status)

    def _signed(self, origin: str) -> str:
        """Return a signed token that identifies this server to one push service."""
        claims = {"aud": origin, "exp": int(time.time()) + SIGNATURE_SECONDS, "sub": f"mailto:{self._contact}"}
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(pem))


def _plain(text: str) -> bytes:
    """Decode base64url without padding, as browsers write it."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except (binascii.Error, UnicodeError):
        raise ValueError("no base64url") from None


def _written(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")
