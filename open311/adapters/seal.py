"""Sealing what must be read again but must not lie open in the database: secrets of authenticator apps."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken


class Seal:
    """Seals with a key made from ``SECRET_KEY``; with another key nothing opens."""

    def __init__(self, secret_key: str) -> None:
        key = hashlib.sha256(b"open311 seal\0" + secret_key.encode()).digest()
        self._mark_key = hashlib.sha256(b"open311 mark\0" + secret_key.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def close(self, text: str) -> bytes:
        """Seal a text."""
        return self._fernet.encrypt(text.encode())

    def mark(self, text: str) -> str:
        """A mark of a text, always the same; from it nobody without the key learns or can try out what the text was."""
        return hmac.digest(self._mark_key, text.encode(), "sha256").hex()[:32]

    def open(self, sealed: bytes) -> str | None:
        """The text; none where another key sealed it, or something was changed."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None
