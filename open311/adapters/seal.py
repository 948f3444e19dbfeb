"""Encryption of what must be read again but must not lie open in the database: secrets of authenticator apps."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken


class Seal:
    """Encrypts and marks with keys made from ``SECRET_KEY``; after a change of that, nothing opens and marks differ."""

    def __init__(self, secret_key: str) -> None:
        key = hashlib.sha256(b"open311 seal\0" + secret_key.encode()).digest()
        self._mark_key = hashlib.sha256(b"open311 mark\0" + secret_key.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def close(self, text: str) -> bytes:
        """Encrypt a text (Fernet: AES-128-CBC with an HMAC)."""
        return self._fernet.encrypt(text.encode())

    def mark(self, text: str) -> str:
        """Return a mark of a text, always the same (HMAC-SHA-256). Without the key nobody finds the text by trying."""
        return hmac.digest(self._mark_key, text.encode(), "sha256").hex()[:32]

    def open(self, sealed: bytes) -> str | None:
        """Decrypt a text, or return None where another key sealed it or something was changed."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None
