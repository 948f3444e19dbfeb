"""One person, as far as an address, a telephone number or an account names them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from open311.domain.contact import email_address, phone_number
from open311.domain.errors import InvalidArgument

SHORTEST_NAME = 3
"""Letters of a name that is looked for in texts: shorter ones are in every second text."""
LOCAL_DIGITS = 7
"""Of a telephone number, without country and area, as people write it among themselves."""
NATIONAL_DIGITS = 10
"""Of a number that somebody wrote without its country."""


@dataclass(frozen=True, slots=True)
class Who:
    """Whose data is meant. Exactly what was named: an address in a report proves nothing about a number beside it."""

    email: str = ""
    phone: str = ""
    account: int = 0

    @classmethod
    def read(cls, text: str) -> Who:
        """From ``ann@example.org``, ``+12155550142`` or ``account:7``.

        :raises InvalidArgument: it is none of them.
        """
        if email := email_address(text):
            return cls(email=email.lower())
        if phone := phone_number(text):
            return cls(phone=phone)
        kind, _, number = text.strip().partition(":")
        if kind == "account" and number.isdecimal() and 0 < int(number) < 2**63:
            return cls(account=int(number))
        raise InvalidArgument("a person is named like ann@example.org, +12155550142 or account:7")

    def __str__(self) -> str:
        return self.email or self.phone or f"account:{self.account}"


def digits(text: str) -> str:
    """The digits of a text."""
    return re.sub(r"\D", "", text)


def same_number(written: str, phone: str) -> bool:
    """Whether a number, as somebody wrote it, is this one (``+12155550142``)."""
    if written.strip().startswith("+"):
        return digits(written) == digits(phone)
    return len(digits(written)) >= NATIONAL_DIGITS and digits(phone).endswith(digits(written))


def mentions(text: str, names: Iterable[str], emails: Iterable[str], phones: Iterable[str]) -> bool:
    """Whether a text names somebody: by a name as a word of its own, an address, or the end of a number."""
    folded, numbers = text.casefold(), digits(text)
    return (
        any(email.casefold() in folded for email in emails)
        or any(digits(phone)[-LOCAL_DIGITS:] in numbers for phone in phones if len(digits(phone)) >= LOCAL_DIGITS)
        or any(
            re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", folded)
            for name in names
            if len(name) >= SHORTEST_NAME
        )
    )
