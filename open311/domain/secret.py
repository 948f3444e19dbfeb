"""Secrets that one person is given and of which only hashes are stored: keys, links, sessions, recovery codes."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """Return 192 random bits as text that may stand in a URL."""
    return secrets.token_urlsafe(24)


def hashed(secret: str) -> bytes:
    """Return the SHA-256 of a secret, which is what is stored: secrets are random, so a fast hash is enough."""
    return hashlib.sha256(secret.encode()).digest()
