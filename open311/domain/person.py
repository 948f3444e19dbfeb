"""One person, as an e-mail address, a telephone number or an account names them, and whether a text is about them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from open311.domain.contact import email_address, phone_number
from open311.domain.errors import InvalidArgument

MIN_NAME_LETTERS = 3
"""Texts are not searched for names shorter than this, which are parts of every second text."""
LOCAL_DIGITS = 7
"""How many digits a telephone number has without country and area, as people write it among themselves."""
NATIONAL_DIGITS = 10
"""How many digits a telephone number has without its country."""


@dataclass(frozen=True, slots=True)
class Who:
    """Whose data is meant: one e-mail address (in lower case), one telephone number or one account.

    Only what was named is meant: an address in a report proves nothing about a number beside it.
    """

    email: str = ""
    phone: str = ""
    account: int = 0

    @classmethod
    def read(cls, text: str) -> Who:
        """Read ``ann@example.org``, ``+12155550142`` or ``account:7``.

        :raises InvalidArgument: when the text has none of these forms.
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


@dataclass(frozen=True, slots=True)
class Marks:
    """By what a text names one person."""

    names: tuple[str, ...]
    emails: tuple[str, ...]
    phones: tuple[str, ...]

    @classmethod
    def of(cls, names: Iterable[str | None], emails: Iterable[str], phones: Iterable[str]) -> Marks:
        """Take full names apart into their words, of which each may stand alone in a text."""
        words = sorted({word for name in names if name for word in name.split()})
        return cls(tuple(words), tuple(emails), tuple(phones))

    def are_in(self, *texts: str | None) -> bool:
        """Return whether any of the texts names the person."""
        return any(mentions(text, self.names, self.emails, self.phones) for text in texts if text)


def digits(text: str) -> str:
    """Return the digits of a text."""
    return re.sub(r"\D", "", text)


def same_number(written: str, phone: str) -> bool:
    """Return whether a telephone number, as somebody wrote it, is ``phone`` (``+12155550142``)."""
    if written.strip().startswith("+"):
        return digits(written) == digits(phone)
    return len(digits(written)) >= NATIONAL_DIGITS and digits(phone).endswith(digits(written))


def mentions(text: str, names: Iterable[str], emails: Iterable[str], phones: Iterable[str]) -> bool:
    """Return whether a text has one of the names as a word of its own, one of the addresses, or the end of a number."""
    folded, numbers = text.casefold(), digits(text)
    return (
        any(email.casefold() in folded for email in emails)
        or any(digits(phone)[-LOCAL_DIGITS:] in numbers for phone in phones if len(digits(phone)) >= LOCAL_DIGITS)
        or any(
            re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", folded)
            for name in names
            if len(name) >= MIN_NAME_LETTERS
        )
    )
