"""Find what looks like personal data in a text: by patterns and check digits, never by a list of names.

The time is linear in the length of the text, whatever it holds: patterns have bounds and nothing to go back to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

import phonenumbers
from stdnum import iban, luhn
from stdnum.us import ssn

from open311.domain.personal_data import Finding, PersonalData

MAX_TRIES = 200
"""How many runs of digits in one text are tried as phone numbers."""
MAX_FOUND = 40
"""How many phone numbers are told apart in one text; what follows is taken as one more, up to the text's end."""
NANP_CODE, NANP_DIGITS = 1, 10
"""The country code of North America, and the digits of every number there."""

_EMAILS = [
    re.compile(r"(?<![\w.+%-])[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}"),
    # As people write it for other people: ann (at) example (dot) org, ann at example dot org.
    re.compile(
        r"(?<![\w.+%-])[\w.+%'-]{1,64} ?[\[({<] ?at ?[\])}>] ?"
        r"[\w-]{1,63}(?: ?[\[({<] ?dot ?[\])}>] ?[\w-]{1,63}|\.[\w-]{2,63})",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\w.+%-])[\w.+%'-]{1,64} at [\w-]{1,63} dot (?:com|org|net|edu|gov|us)\b", re.IGNORECASE),
]
_SSN = re.compile(r"(?<![\w-])\d{3}([ -])\d{2}\1\d{4}(?![\w-])")
_CARD = re.compile(
    r"(?<![\w.])(?:[3-6]\d{12,18}|[3-6]\d{3}(?:[ -]\d{4}){2}[ -]\d{1,7}|3\d{3}[ -]\d{6}[ -]\d{5})(?![\w.]\d|\d)"
)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_SPACED = re.compile(r"(?<!\d)(?:\(?\d\)?[ .-]){9}\d(?!\d)")
"""Ten digits one by one, as in ``2 1 5 5 5 5 0 1 4 2``."""
_LOCAL = re.compile(r"(?<![\d.-])[2-9]\d{2}[-. ]\d{4}(?![\d-]|\.\d)")
"""Seven digits without an area code: a phone number only after a word such as *call*."""
_SAYS_PHONE = re.compile(
    r"\b(?:call|phone|tel|telephone|cell|cellphone|mobile|text|fax|whatsapp|reach|contact|dial|number is|#|"
    r"tel[eé]fono|celular|m[oó]vil|llame|llamar|ll[aá]me(?:me|nme|nos)|n[uú]mero)\b[^\d\n]{0,24}$",
    re.IGNORECASE,
)
_SAYS_OTHER = re.compile(
    r"(?:#|\b(?:permits?|case|request|ticket|report|complaint|service request|license|licence|account|acct|parcel|opa|"
    r"folio|pin|ref|reference|invoice|order|tracking|serial|meter|pole|asset|plate|docket|violation|sr|id|no)\b)"
    r"[ .:#]{0,3}(?:(?:number|no|num|id|nr)\b[ .:#]{0,3})?(?:is )?$",
    re.IGNORECASE,
)
"""What stands before a bare run of digits that numbers a thing, and not a phone."""
_DECIMAL, _IN_DECIMAL = re.compile(r"[+-]?\d{1,3}\.\d{4,}"), re.compile(r"\d[.,]$")
_BEFORE = 40
"""How many characters before a number are looked at for such words."""


def find_personal(text: str, country: str = "", published: Iterable[str] = ()) -> list[Finding]:
    """Return the stretches of a text that look like personal data, in order; none overlap.

    :param country: where phone numbers without a country code are from, as ISO 3166 (``US``); if it is empty, only
        those with one are found.
    :param published: texts of the city's own, whose phone numbers and e-mail addresses are no personal data.
    """
    plain, at = _folded(text)
    found = [*_emails(plain)]
    if any(character.isdigit() for character in plain):
        found += [*_accounts(plain), *_phones(plain, country)]
    ours = " ".join(published).casefold() if found else ""
    own_digits, kept = re.sub(r"\D", "", ours), list[Finding]()
    for each in sorted(found, key=lambda one: (one.start, -one.end)):
        if kept and each.start < kept[-1].end:
            continue
        if not _is_own(plain[each.start : each.end], each.kind, ours, own_digits):
            kept.append(each)
    return [Finding(at[each.start], at[each.end - 1] + 1, each.kind) for each in kept]


def _folded(text: str) -> tuple[str, list[int]]:
    """Return the text as patterns read it, and where each of its characters stands in the text.

    Characters without a look of their own are left out, and wide or foreign digits and letters made plain ones.
    """
    characters, at = list[str](), list[int]()
    for position, character in enumerate(text):
        if not character.isascii():
            if unicodedata.category(character) == "Cf":
                continue
            digit = unicodedata.digit(character, None)
            plain = str(digit) if digit is not None else unicodedata.normalize("NFKC", character)
            character = plain if len(plain) == 1 else character
        characters.append(character)
        at.append(position)
    return "".join(characters), at


def _emails(text: str) -> Iterator[Finding]:
    for pattern in _EMAILS:
        for found in pattern.finditer(text):
            yield Finding(found.start(), found.end(), PersonalData.EMAIL)


def _accounts(text: str) -> Iterator[Finding]:
    for pattern, kind, valid in (
        (_SSN, PersonalData.SOCIAL_SECURITY, ssn.is_valid),
        (_CARD, PersonalData.CARD, lambda number: luhn.is_valid(re.sub(r"\D", "", number))),
        (_IBAN, PersonalData.ACCOUNT, iban.is_valid),
    ):
        for found in pattern.finditer(text):
            if valid(found[0].replace(" ", "-") if kind is PersonalData.SOCIAL_SECURITY else found[0]):
                yield Finding(found.start(), found.end(), kind)


def _phones(text: str, country: str) -> Iterator[Finding]:
    grouped = phonenumbers.Leniency.STRICT_GROUPING
    for count, match in enumerate(phonenumbers.PhoneNumberMatcher(text, country or None, grouped, MAX_TRIES)):
        if count == MAX_FOUND:
            yield Finding(match.start, len(text), PersonalData.PHONE)
            return
        if not _is_other_number(match, text[max(0, match.start - _BEFORE) : match.start]):
            yield Finding(match.start, match.end, PersonalData.PHONE)
    for found in _SPACED.finditer(text) if country else ():
        number = phonenumbers.parse(re.sub(r"\D", "", found[0]), country)
        if phonenumbers.is_valid_number(number):
            yield Finding(found.start(), found.end(), PersonalData.PHONE)
    for found in _LOCAL.finditer(text):
        if _SAYS_PHONE.search(text[max(0, found.start() - _BEFORE) : found.start()]):
            yield Finding(found.start(), found.end(), PersonalData.PHONE)


def _is_other_number(match: phonenumbers.PhoneNumberMatch, before: str) -> bool:
    """Whether it is part of a decimal number, too short, or a bare number of a permit, a case or the like."""
    raw, number = match.raw_string, match.number
    short = number.country_code == NANP_CODE and len(str(number.national_number)) < NANP_DIGITS
    decimal = _DECIMAL.fullmatch(raw) or (raw[0].isdigit() and _IN_DECIMAL.search(before))
    return bool(short or decimal or (raw.isdigit() and _SAYS_OTHER.search(before)))


def _is_own(found: str, kind: PersonalData, ours: str, own_digits: str) -> bool:
    """Whether it is a phone number or an e-mail address that the city publishes."""
    if kind is PersonalData.EMAIL:
        return found.casefold() in ours
    return kind is PersonalData.PHONE and re.sub(r"\D", "", found)[-10:] in own_digits
