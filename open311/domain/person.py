"""One person, identified by an e-mail address, a phone number or an account, and whether a text mentions them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from open311.domain.contact import email_address, phone_number
from open311.domain.digits import plain_digits
from open311.domain.errors import InvalidArgument

MIN_NAME_LETTERS = 3
"""The least length of a name, in letters, that texts are searched for: shorter names occur in too many texts."""
LOCAL_DIGITS = 7
"""The digits of a phone number without country and area code, as people in one area write it."""


@dataclass(frozen=True, slots=True)
class Who:
    """Whose data is meant: one e-mail address (in lower case), one phone number or one account.

    Nothing else is inferred: an address in a report proves nothing about a phone number beside it.
    """

    email: str = ""
    phone: str = ""
    account: int = 0

    @classmethod
    def read(cls, text: str, country: str = "") -> Who:
        """Read ``ann@example.org``, ``+12155550142`` or ``account:7``.

        A phone number without its country code is one of ``country``; one without an extension means every extension.

        :raises InvalidArgument: when the text has none of these forms.
        """
        if email := email_address(text):
            return cls(email=email.lower())
        if phone := phone_number(text, country):
            return cls(phone=phone)
        kind, _, number = text.strip().partition(":")
        if kind == "account" and number.isascii() and number.isdecimal() and 0 < int(number) < 2**63:
            return cls(account=int(number))
        raise InvalidArgument("a person is named like ann@example.org, +12155550142 or account:7")

    def __str__(self) -> str:
        return self.email or self.phone or f"account:{self.account}"


@dataclass(frozen=True, slots=True)
class Marks:
    """The names, addresses and numbers by which a text may mention one person."""

    names: tuple[str, ...]
    emails: tuple[str, ...]
    phones: tuple[str, ...]

    @classmethod
    def of(cls, names: Iterable[str | None], emails: Iterable[str], phones: Iterable[str]) -> Marks:
        """Split full names into their words, as a text may use any of them alone."""
        words = sorted({word for name in names if name for word in name.split()})
        return cls(tuple(words), tuple(emails), tuple(phones))

    def are_in(self, *texts: str | None) -> bool:
        """Return whether any of the texts mentions the person."""
        return any(mentions(text, self.names, self.emails, self.phones) for text in texts if text)


def digits(text: str) -> str:
    """Return the digits of a text, those of other scripts as ASCII."""
    return re.sub(r"\D", "", plain_digits(text))


def names_address(text: str, email: str) -> bool:
    """Return whether a text contains an e-mail address, and not only one that ends or begins like it."""
    return re.search(rf"(?<![\w.+-]){re.escape(email.casefold())}(?![\w-]|\.\w)", text.casefold()) is not None


def mentions(text: str, names: Iterable[str], emails: Iterable[str], phones: Iterable[str]) -> bool:
    """Return whether a text contains a name (as a whole word), an e-mail address or the end of a phone number."""
    folded, numbers = text.casefold(), digits(text)
    return (
        any(names_address(text, email) for email in emails)
        or any(digits(phone)[-LOCAL_DIGITS:] in numbers for phone in phones if len(digits(phone)) >= LOCAL_DIGITS)
        or any(
            re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", folded)
            for name in names
            if len(name) >= MIN_NAME_LETTERS
        )
    )
