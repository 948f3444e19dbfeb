"""Secrets that one person is given and that are kept as hashes only: keys, links, sessions, recovery codes."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """192 random bits, fit for an address."""
    return secrets.token_urlsafe(24)


def hashed(secret: str) -> bytes:
    """What is stored of it. It is random and long, so a fast hash is enough."""
    return hashlib.sha256(secret.encode()).digest()
