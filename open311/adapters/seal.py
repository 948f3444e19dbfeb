"""Encrypt secrets that must be readable again but not lie open in the database, such as those of authenticator apps."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken


class Seal:
    """Encrypts texts, and marks them, with keys derived from ``SECRET_KEY``.

    After a change of ``SECRET_KEY``, what was sealed cannot be opened any more, and marks differ.
    """

    def __init__(self, secret_key: str) -> None:
        key = hashlib.sha256(b"open311 seal\0" + secret_key.encode()).digest()
        self._mark_key = hashlib.sha256(b"open311 mark\0" + secret_key.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def close(self, text: str) -> bytes:
        """Encrypt a text (Fernet: AES-128-CBC with an HMAC)."""
        return self._fernet.encrypt(text.encode())

    def mark(self, text: str) -> str:
        """Return the mark of a text (HMAC-SHA-256): equal for equal texts; without the key, nobody can guess one."""
        return hmac.digest(self._mark_key, text.encode(), "sha256").hex()[:32]

    def open(self, sealed: bytes) -> str | None:
        """Decrypt a sealed text; return None if it was sealed with another key or altered."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None
