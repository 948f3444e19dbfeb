"""Read the e-mail addresses and phone numbers at which people can be reached, as they write them."""

from __future__ import annotations

import re

_NEVER = r"\s@<>(),:;\"\\\[\]\x00-\x1f\x7f"
"""Characters that no part of an address may contain unquoted (RFC 5322, section 3.2.3)."""
_EMAIL = re.compile(rf"[^{_NEVER}]{{1,64}}@[^{_NEVER}]+\.[^{_NEVER}.]{{2,}}")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_BETWEEN = re.compile(r"[\s().\-/]+")


def email_address(text: str) -> str | None:
    """Return an e-mail address without surrounding spaces, or None if mail cannot be sent to it."""
    address = text.strip()
    local, _, domain = address.rpartition("@")
    plain = ".." not in address and not local.startswith(".") and not local.endswith(".")
    return address if plain and len(address) <= 254 and _EMAIL.fullmatch(address) and domain[0] not in ".-" else None


def phone_number(text: str) -> str | None:
    """Return a phone number with its country code, like ``+12155550142``, or None if it has no country code."""
    number = _BETWEEN.sub("", text)
    return number if _PHONE.fullmatch(number) else None
