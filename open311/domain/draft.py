"""A service request as it arrives, from any channel: cleaned once, here, and checked against its service."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from open311.domain.channel import Intake
from open311.domain.definition import is_decimal
from open311.domain.place import Point

DESCRIPTION_LIMIT = 4000
"""Characters; GeoReport v2 asks servers to take at least 4,000."""
LINE_LIMIT = 500
"""Characters of any single-line field."""

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean_text(text: str) -> str:
    """Text of several lines: NFC, trimmed, newlines as LF, no character that XML cannot hold."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _ILLEGAL.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))).strip()


def clean_line(text: str) -> str:
    """Text of one line: as ``clean_text``, and white space folded to single spaces."""
    return " ".join(clean_text(text).split())


def web_address(text: str) -> str:
    """An absolute address of the web (``http``, ``https``) on one line; nothing where the text is something else."""
    line = clean_line(text).replace(" ", "%20")
    if not line:
        return ""
    try:
        parts = urlsplit(line)
        there = parts.scheme in ("http", "https") and parts.hostname and "%" not in parts.netloc and parts.port != 0
    except ValueError:  # a bracket that is not closed, a port that is no number
        return ""
    return line if there else ""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports, as far as they said; stored apart from the service request, never published."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    device_id: str = ""
    account_id: str = ""

    @property
    def known(self) -> bool:
        """Whether anything at all was said."""
        return any((self.first_name, self.last_name, self.email, self.phone, self.device_id, self.account_id))


@dataclass(frozen=True, slots=True)
class Draft:
    """A service request as it arrives. Make one with ``Draft.of``, which cleans and checks.

    One with ``faults`` is filed by no action: they are told together with those of its answers.
    """

    jurisdiction: str
    service_code: str
    description: str = ""
    point: Point | None = None
    address: str | None = None
    address_id: str | None = None
    zipcode: str | None = None
    media_url: str | None = None
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reporter: Reporter = field(default_factory=Reporter)
    channel: str = Intake.API
    language: str | None = None
    photos: Sequence[bytes] = ()
    faults: tuple[str, ...] = ()
    """What is wrong with it, in sentences for whoever sent it."""

    @classmethod
    def of(
        cls,
        jurisdiction: str,
        service_code: str,
        *,
        lat: str = "",
        long: str = "",
        lines: Mapping[str, str] | None = None,
        reporter: Mapping[str, str] | None = None,
        description: str = "",
        answers: Mapping[str, Sequence[str]] | None = None,
        channel: str = Intake.API,
        photos: Sequence[bytes] = (),
    ) -> Draft:
        """A draft from the raw text of a message.

        ``lines`` holds address, address_id, zipcode, media_url and language, ``reporter`` the fields of ``Reporter``.
        Empty counts as absent everywhere, and so does a ``media_url`` that is none: no photo loses a report.
        """
        reasons: list[str] = []
        clean = {name: clean_line(text) for name, text in (lines or {}).items()}
        known = {name: clean_line(text) for name, text in (reporter or {}).items()}
        reasons += [
            f"{name} is longer than {LINE_LIMIT} characters"
            for name, text in {**clean, **known}.items()
            if len(text) > LINE_LIMIT
        ]
        if "media_url" in clean:
            clean["media_url"] = web_address(clean["media_url"])
        description = clean_text(description)
        if len(description) > DESCRIPTION_LIMIT:
            reasons.append(f"description is longer than {DESCRIPTION_LIMIT} characters")
        point = _point(lat.strip(), long.strip(), reasons)
        if point is None and not reasons and not (clean.get("address") or clean.get("address_id")):
            reasons.append("location required: lat and long, address_string or address_id")
        cleaned = {code: [clean_text(value) for value in values] for code, values in (answers or {}).items()}
        reasons += [
            f"{code}: an answer is longer than {DESCRIPTION_LIMIT} characters"
            for code, values in cleaned.items()
            if any(len(value) > DESCRIPTION_LIMIT for value in values)
        ]
        return cls(
            jurisdiction=jurisdiction,
            service_code=service_code,
            description=description,
            point=point,
            **{name: text or None for name, text in clean.items()},
            answers=cleaned,
            reporter=Reporter(**known),
            channel=channel,
            photos=tuple(photos),
            faults=tuple(reasons),
        )


def _point(lat: str, long: str, reasons: list[str]) -> Point | None:
    """Both or neither, numbers, on the globe; faults are added to ``reasons``."""
    if not lat and not long:
        return None
    if not lat or not long:
        reasons.append("lat and long go together: " + ("lat" if not lat else "long") + " required")
        return None
    try:
        if not (is_decimal(lat) and is_decimal(long)):
            raise ValueError(f"not {lat!r}, {long!r}")
        return Point(long=float(long), lat=float(lat))
    except ValueError as fault:
        reasons.append(f"lat and long must be decimal degrees (WGS84): {fault}")
        return None
