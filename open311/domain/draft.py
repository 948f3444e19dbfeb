"""A service request as it arrives, from any channel: what is typed is cleaned and checked once, here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from open311.domain.definition import is_decimal
from open311.domain.intake import Intake
from open311.domain.place import Point
from open311.domain.plain_text import legal_text, plain_text

MAX_TEXT_CHARACTERS = 4000
"""The most characters in a description or an answer; GeoReport v2 asks servers to accept at least 4,000."""
MAX_LINE_CHARACTERS = 500
"""The most characters in any field of a single line."""
MAX_MEDIA_URLS = 10
"""The most addresses of pictures that one report or update can name."""
MAX_ANSWERS = 100
"""The most codes to which one report can give answers, those that its service does not ask among them."""


def clean_text(text: str) -> str:
    """Clean a text of several lines, whoever wrote it: what people write passes here once, and is plain afterwards."""
    return plain_text(text)


def clean_line(text: str) -> str:
    """Clean a text of one line like ``clean_text``, and fold white space to single spaces."""
    return " ".join(clean_text(text).split())


def web_address(text: str) -> str:
    """Return a text as an absolute web address (``http``, ``https``) on one line; empty if it is not one."""
    line = "%20".join(legal_text(text).split())
    if not line:
        return ""
    try:
        parts = urlsplit(line)
        there = parts.scheme in ("http", "https") and parts.hostname and "%" not in parts.netloc and parts.port != 0
    except ValueError:  # a bracket that is not closed, a port that is not a number
        return ""
    return line if there else ""


def web_addresses(texts: Sequence[str]) -> str:
    """Return those of the texts that are web addresses, one a line; what is none is left out."""
    return "\n".join(dict.fromkeys(address for text in texts if (address := web_address(text))))


def too_long(name: str, texts: Sequence[str]) -> list[str]:
    """Return why addresses of pictures cannot be taken: one is too long, or there are too many."""
    given = [text for text in texts if text.strip()]
    many = [f"{name}: at most {MAX_MEDIA_URLS} can be given"] if len(given) > MAX_MEDIA_URLS else []
    long = any(len(text.strip()) > MAX_LINE_CHARACTERS for text in given)
    return [*many, *([f"{name} is longer than {MAX_LINE_CHARACTERS} characters"] if long else [])]


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports, as far as they said; it is stored apart from the service request and never published."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    device_id: str = ""
    account_id: str = ""

    @property
    def known(self) -> bool:
        """Whether they said anything at all about themselves."""
        return any((self.first_name, self.last_name, self.email, self.phone, self.device_id, self.account_id))


@dataclass(frozen=True, slots=True)
class Draft:
    """A service request as it arrives. Make one with ``Draft.of``, which cleans and checks it.

    A draft with ``faults`` is refused when it is filed, together with the faults of its answers.
    """

    jurisdiction: str
    service_code: str
    description: str = ""
    point: Point | None = None
    address: str | None = None
    address_id: str | None = None
    zipcode: str | None = None
    media_url: str | None = None
    """The addresses of pictures elsewhere, one a line, the one that is published first."""
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reporter: Reporter = field(default_factory=Reporter)
    channel: str = Intake.API
    language: str | None = None
    photos: Sequence[bytes] = ()
    media_url_refused: bool = False
    """Whether a ``media_url`` was given that is no web address, and left out."""
    faults: tuple[str, ...] = ()
    """What is wrong with the draft, in sentences for whoever sent it."""

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
        media_urls: Sequence[str] = (),
        channel: str = Intake.API,
        photos: Sequence[bytes] = (),
    ) -> Draft:
        """Make a draft from raw text.

        ``lines`` holds address, address_id, zipcode and language; ``reporter`` holds fields of ``Reporter``. Empty
        texts count as absent. So does a picture's address that is not a web address, as no photo may lose a report.
        """
        reasons: list[str] = []
        clean = {name: clean_line(text) for name, text in (lines or {}).items()}
        known = {name: clean_line(text) for name, text in (reporter or {}).items()}
        reasons += [
            f"{name} is longer than {MAX_LINE_CHARACTERS} characters"
            for name, text in {**clean, **known}.items()
            if len(text) > MAX_LINE_CHARACTERS
        ]
        reasons += too_long("media_url", media_urls)
        description = clean_text(description)
        if len(description) > MAX_TEXT_CHARACTERS:
            reasons.append(f"description is longer than {MAX_TEXT_CHARACTERS} characters")
        point, fault = _point(lat.strip(), long.strip())
        if point is None and not fault and not (clean.get("address") or clean.get("address_id")):
            fault = "location required: lat and long, address_string or address_id"
        reasons += [fault] if fault else []
        if len(answers or {}) > MAX_ANSWERS:
            reasons.append(f"at most {MAX_ANSWERS} attributes can be given")
        cleaned = {
            clean_line(code): [clean_text(value) for value in values] for code, values in (answers or {}).items()
        }
        reasons += [
            f"{code}: an answer is longer than {MAX_TEXT_CHARACTERS} characters"
            for code, values in cleaned.items()
            if any(len(value) > MAX_TEXT_CHARACTERS for value in values)
        ]
        return cls(
            jurisdiction=jurisdiction,
            service_code=service_code,
            description=description,
            point=point,
            **{name: text or None for name, text in clean.items()},
            media_url=web_addresses(media_urls) or None,
            answers=cleaned,
            reporter=Reporter(**known),
            channel=channel,
            photos=tuple(photos),
            media_url_refused=any(text.strip() and not web_address(text) for text in media_urls),
            faults=tuple(reasons),
        )


def _point(lat: str, long: str) -> tuple[Point | None, str]:
    """Read a point, or None if neither coordinate is given; then what is wrong with it, if anything is."""
    if not lat and not long:
        return None, ""
    if not lat or not long:
        return None, "lat and long go together: " + ("lat" if not lat else "long") + " required"
    try:
        if not (is_decimal(lat) and is_decimal(long)):
            raise ValueError(f"not {lat!r}, {long!r}")
        return Point(long=float(long), lat=float(lat)), ""
    except ValueError as fault:
        return None, f"lat and long must be decimal degrees (WGS84): {fault}"
