"""A push service as browsers' makers have them, and a browser that reads: RFC 8030, 8188, 8291 and 8292 by the letter.

It shares no code with what it tests: keys and cipher are used as the RFCs say.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from open311.adapters.push import Browser
from tests.listening import listening

CURVE = ec.SECP256R1()


def plain(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def written(found: bytes) -> str:
    return base64.urlsafe_b64encode(found).decode().rstrip("=")


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def decrypted(body: bytes, key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """What a browser with this key and secret reads (RFC 8291, section 3.4; one record)."""
    salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
    sender, record = body[21 : 21 + length], body[21 + length :]
    assert len(record) <= size
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender))
    info = b"WebPush: info\0" + point(key.public_key()) + sender
    secret = derived(shared, auth, info, 32)
    content = derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    padded = AESGCM(content).decrypt(nonce, record, None)
    message, end, _ = padded.rpartition(b"\x02")
    assert end
    return message


class PushService:
    """Takes messages for one browser and reads them; ``answers`` are the next statuses, 201 when there are none."""

    def __init__(self) -> None:
        self._key, self._auth = ec.generate_private_key(CURVE), b"sixteen bytes..."
        self.answers: list[int] = []
        self.told: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.origin = ""

    @property
    def browser(self) -> Browser:
        """What the browser tells a page."""
        key = written(point(self._key.public_key()))
        return Browser(f"{self.origin}/push/Some-Device", key, written(self._auth))

    @property
    def form(self) -> dict[str, str]:
        """What the page's script fills in."""
        found = self.browser
        return {"push_endpoint": found.endpoint, "push_key": found.key, "push_secret": found.secret}

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """A message, checked as a push service checks it."""
        assert len(body) <= 4096
        assert int(headers["TTL"]) > 0
        assert headers["Content-Encoding"] == "aes128gcm"
        self._check(headers["Authorization"])
        self.headers.append(headers)
        if self.answers and not 200 <= self.answers[0] < 300:
            return self.answers.pop(0)
        self.told.append(orjson.loads(decrypted(body, self._key, self._auth)))
        return self.answers.pop(0) if self.answers else 201

    def _check(self, authorization: str) -> None:
        """Who sends, and that it is meant for this service (RFC 8292)."""
        found = re.fullmatch(r"vapid t=([^,]+), k=(\S+)", authorization)
        assert found
        head, claims, signature = found[1].split(".")
        assert orjson.loads(plain(head)) == {"typ": "JWT", "alg": "ES256"}
        said = orjson.loads(plain(claims))
        assert said["aud"] == self.origin
        assert 0 < said["exp"] - time.time() <= 24 * 3600
        assert said["sub"].startswith("mailto:")
        numbers = plain(signature)
        der = encode_dss_signature(int.from_bytes(numbers[:32]), int.from_bytes(numbers[32:]))
        key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, plain(found[2]))
        key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))


@pytest.fixture
def push_service() -> Iterator[PushService]:
    """A push service for one test."""
    kept = PushService()

    def take(_: str, headers: dict[str, str], body: bytes) -> int:
        try:
            return kept.take(headers, body)
        except Exception as fault:  # a message that no browser could read
            print(repr(fault))
            return 400

    with listening(take) as kept.origin:
        yield kept
