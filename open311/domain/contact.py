"""Read the e-mail addresses and phone numbers at which people can be reached, however people write them.

Every door takes contacts through here, and stores the normal form beside what was typed: an address to which mail can
be sent, or a number in E.164. Two contacts are the same if their normal forms are (ADR 31).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote

import idna
import phonenumbers

from open311.domain.digits import usual_width

_NEVER = r"\s@<>(),:;\"\\\[\]\x00-\x1f\x7f"
"""Characters that no part of an address may contain unquoted (RFC 5322, section 3.2.3)."""
_EMAIL = re.compile(rf"[^{_NEVER}]{{1,64}}@(?=.{{1,253}}\Z)([^{_NEVER}.]{{1,63}}\.)+[^{_NEVER}.]{{2,63}}")
_IN_BRACKETS = re.compile(r"<([^<>]{1,320})>")
_BETWEEN_ADDRESSES = re.compile(r"[,;]")
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)
_JOINERS = "\u200c\u200d"
"""Invisible, but spelled in names of hosts in some scripts (RFC 5892, appendix A)."""
MAX_WRITTEN_CHARACTERS = 1000
"""A text that is longer is no contact."""
EXTENSION = ";ext="
"""What stands between a phone number and its extension (RFC 3966)."""


def email_address(text: str) -> str | None:
    """Return the normal form of the one e-mail address that a text is; None if it is none, or several.

    A name around it (``Ann <a@b.example>``), ``mailto:``, white space and invisible characters are left out; the
    domain is in lower case and ASCII (IDNA). The part before the ``@`` stays as it is, except that it is in lower case
    if it is not ASCII, since databases do not agree on lower case there. Compare addresses by ``.lower()``.
    """
    found = email_addresses(text)
    return found[0] if len(found) == 1 and "\n" not in text.strip() and "\r" not in text.strip() else None


def email_addresses(text: str) -> tuple[str, ...]:
    """Return the normal forms of the e-mail addresses that a text lists; empty if any item of the list is none."""
    if len(text) > MAX_WRITTEN_CHARACTERS:
        return ()
    visible = _visible(text)
    parts = _IN_BRACKETS.findall(visible) or [part for part in _BETWEEN_ADDRESSES.split(visible) if part.strip()]
    found = [_address(part) for part in parts]
    return tuple(dict.fromkeys(each for each in found if each)) if all(found) else ()


def needs_smtputf8(address: str) -> bool:
    """Return whether only mail servers with SMTPUTF8 (RFC 6531) take mail to an address in its normal form."""
    return not address.isascii()


def ascii_host(domain: str) -> str:
    """Return the name of a host in ASCII (A-labels) and lower case; empty if it cannot be one."""
    if domain.isascii():
        return domain.lower().removesuffix(".")
    for spelled in (domain, "".join(each for each in domain if each not in _JOINERS)):
        with suppress(idna.IDNAError, UnicodeError):
            return idna.encode(spelled, uts46=True).decode("ascii").removesuffix(".")
    return ""


def phone_number(text: str, country: str = "") -> str | None:
    """Return the normal form of a phone number: E.164, like ``+12155550142``, perhaps with ``;ext=12``.

    Digits of any script are read. A number without its country code is one of ``country`` (ISO 3166, two letters) and
    has to be valid there; None for anything else.
    """
    if len(text) > MAX_WRITTEN_CHARACTERS:
        return None
    for written in _spellings(_visible(text).strip()):
        with suppress(phonenumbers.NumberParseException):
            number = phonenumbers.parse(written, country or None)
            told = phonenumbers.is_possible_number if written.startswith("+") else phonenumbers.is_valid_number
            if told(number):
                extension = f"{EXTENSION}{number.extension}" if number.extension else ""
                return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + extension
    return None


def without_extension(number: str) -> str:
    """Return a phone number in its normal form without its extension."""
    return number.partition(EXTENSION)[0]


def same_phone(written: str, number: str) -> bool:
    """Return whether a number, as somebody wrote it, is ``number`` (in its normal form) to those in its country.

    An extension counts only if ``number`` has one.
    """
    try:
        country = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:  # no country has it
        country = None
    read = phone_number(written, country or "")
    return read is not None and number in (read, without_extension(read))


def contacts(text: str, country: str = "") -> tuple[str, ...]:
    """Return the normal forms of the contacts that a text names, whichever field it was typed into."""
    if found := email_addresses(text):
        return found
    number = phone_number(text, country)
    return (number,) if number else ()


def _visible(text: str) -> str:
    """Return a text in NFC and usual width, without characters that nobody sees."""
    usual = unicodedata.normalize("NFC", usual_width(text))
    return "".join(each for each in usual if unicodedata.category(each) != "Cf" or each in _JOINERS)


def _spellings(text: str) -> Iterator[str]:
    yield text
    if text.startswith("00"):  # what most of the world dials before a country code
        yield f"+{text[2:].lstrip()}"


def _address(text: str) -> str | None:
    text = text.strip()
    if mailto := _MAILTO.match(text):
        text = unicodedata.normalize("NFC", unquote(text[mailto.end() :].partition("?")[0]))
    local, _, domain = text.rpartition("@")
    local = "".join(each for each in local if each not in _JOINERS)
    address = f"{local if local.isascii() else local.lower()}@{ascii_host(domain)}"
    plain = ".." not in address and not local.startswith(".") and not local.endswith(".")
    fits = plain and len(address.encode("utf-8", "replace")) <= 254 and _EMAIL.fullmatch(address)
    return address if fits and "@-" not in address and _is_text(address) else None


def _is_text(address: str) -> bool:
    """Return whether it is made of characters that can be written down."""
    return all(unicodedata.category(each) not in ("Cc", "Cs", "Cn", "Co", "Zs", "Zl", "Zp") for each in address)
