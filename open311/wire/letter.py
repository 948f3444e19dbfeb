"""What is sent to people, made of the city's words: the same for the preview that staff see and for the mail itself."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from zoneinfo import ZoneInfo

import orjson
from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from open311.domain.event import Event
from open311.domain.lifecycle import Outcome
from open311.domain.wording import Told, Wordings, fill

OFFERS = {
    "confirm": ("offer_updates", "do_confirm"),
    "answer": ("", "offer_answer"),
    "fixed": ("", "offer_fixed"),
    "sign_in": ("", "do_sign_in"),
    "staff_sign_in": ("", "do_sign_in"),
    "password": ("", "do_set_password"),
}
"""What a letter may offer: words before the link, and on it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A link with words before it (where there are any)."""

    before: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody reads: the city's words, what they can do, and how to end it."""

    told: Told
    offers: tuple[Offer, ...]
    city: str
    small: tuple[str, ...]
    end: Offer | None


def compose(
    wordings: Wordings,
    event: Event,
    facts: Mapping[str, str],
    *,
    language: str | None = None,
    outcome: Outcome | None = None,
    service_code: str = "",
    links: Mapping[str, str] | None = None,
) -> Letter:
    """Write a letter. ``links`` are the URLs of ``OFFERS`` and of ``end`` that it is to have."""
    told = fill(wordings.find(event, language, outcome=outcome, service_code=service_code), facts)
    given = links or {}

    def phrase(name: str) -> str:
        return wordings.say(name, language) if name else ""

    return Letter(
        told=told,
        offers=tuple(
            Offer(phrase(before), phrase(label), given[name])
            for name, (before, label) in OFFERS.items()
            if name in given
        ),
        city=facts["city"],
        small=(phrase("nobody_reads"),),
        end=Offer("", phrase("offer_end"), given["end"]) if "end" in given else None,
    )


def followed(
    wordings: Wordings, language: str | None, what: str, *, number: str | None = None, name: str | None = None
) -> str:
    """What is followed, in words: ``report 1000001``, ``reports in Ward 5``."""
    phrase = "followed_area" if what == "radius" else f"followed_{what}"
    return wordings.say(phrase, language, number=number or "", name=name or "")


def day(moment: datetime | None, zone: str, language: str | None) -> str:
    """A day as people of a language write it; nothing for none."""
    return format_date(moment.astimezone(ZoneInfo(zone)), "full", _locale(language)) if moment else ""


def _locale(language: str | None) -> Locale:
    try:
        return Locale.parse(language or "en", sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale("en")


def plain(letter: Letter) -> str:
    """The letter as text: lines of at most 76 characters, links on lines of their own."""
    parts = [_wrapped(paragraph) for paragraph in letter.told.paragraphs]
    for offer in letter.offers:
        parts += [_wrapped(offer.before)] if offer.before else []
        parts.append(f"{offer.label}:\n{offer.url}")
    parts += [letter.city, "-- \n" + "\n".join(_wrapped(line) for line in letter.small)]
    if letter.end:
        parts[-1] += f"\n{letter.end.label}: {letter.end.url}"
    return "\n\n".join(parts) + "\n"


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.fill(line, 76, break_long_words=False, break_on_hyphens=False) for line in _lines(text))


def _lines(text: str) -> Sequence[str]:
    return text.splitlines() or [""]


_PAGE = """<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head>
<body style="margin:0;padding:24px 16px;background:#fff;color:#1c2430;font:16px/1.5 sans-serif">
<div style="max-width:560px;margin:0 auto">
{body}
</div>
</body>
</html>
"""
_BUTTON = (
    '<p><a href="{url}" style="display:inline-block;padding:10px 18px;background:#0f4d90;color:#fff;'
    'text-decoration:none;border-radius:4px">{label}</a></p>'
)


def html(letter: Letter) -> str:
    """The same as a page without pictures or anything else from elsewhere."""
    parts = [f"<p>{_broken(paragraph)}</p>" for paragraph in letter.told.paragraphs]
    for offer in letter.offers:
        parts += [f"<p>{escape(offer.before)}</p>"] if offer.before else []
        parts.append(_BUTTON.format(url=escape(offer.url), label=escape(offer.label)))
    parts.append(f"<p>{escape(letter.city)}</p>")
    small = [_broken(line) for line in letter.small]
    if letter.end:
        small.append(f'<a href="{escape(letter.end.url)}" style="color:#55606e">{escape(letter.end.label)}</a>')
    parts.append(f'<p style="color:#55606e;font-size:14px">{"<br>".join(small)}</p>')
    return _PAGE.format(language=escape(letter.told.language), title=escape(letter.told.subject), body="\n".join(parts))


def _broken(text: str) -> str:
    return "<br>".join(escape(line) for line in _lines(text))


def short(letter: Letter) -> str:
    """The letter as a text message: what it is about, and the first thing to do."""
    first = next(iter(letter.offers), letter.end)
    return "\n".join([letter.told.subject, *([f"{first.label}: {first.url}"] if first else [])])


MOST_BYTES = 2_000
"""Of the words of a notice; what a push service takes at least is 4,096, encrypted and with the link."""


def notice(letter: Letter) -> bytes:
    """The letter as a browser shows it: a title, words, and where a click leads to (``static/push-worker.js``)."""
    first = next(iter(letter.offers), letter.end)
    told = "\n".join(letter.told.paragraphs).encode()[:MOST_BYTES].decode(errors="ignore")
    return orjson.dumps(
        {
            "title": letter.told.subject[:200],
            "body": told,
            "language": letter.told.language,
            "url": first.url if first else "",
        }
    )


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is on the outside of a mail. ``thread`` is the Message-ID of the first about the same (none: it is)."""

    sender: str
    sender_name: str
    reply_to: str
    to: str
    message_id: str
    thread: str | None
    moment: datetime


def mail(letter: Letter, envelope: Envelope) -> EmailMessage:
    """The letter as mail: text and HTML, one-click unsubscribe (RFC 8058), in the thread of its service request."""
    message = EmailMessage()
    message["From"] = Address(envelope.sender_name, addr_spec=envelope.sender)
    message["To"] = Address(addr_spec=envelope.to)
    if envelope.reply_to:
        message["Reply-To"] = Address(addr_spec=envelope.reply_to)
    message["Subject"] = letter.told.subject
    message["Date"] = format_datetime(envelope.moment)
    message["Message-ID"] = envelope.message_id
    if envelope.thread and envelope.thread != envelope.message_id:
        message["In-Reply-To"] = message["References"] = envelope.thread
    if letter.end:
        message["List-Unsubscribe"] = f"<{letter.end.url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(plain(letter))
    message.add_alternative(html(letter), subtype="html")
    message["Content-Language"] = letter.told.language  # of both parts, so not before they are there
    return message
