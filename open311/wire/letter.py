"""Letters: messages in the city's words, and how each channel shows one. A preview and the real thing are the same."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

import orjson

from open311.domain.contact import email_address
from open311.domain.event import Event
from open311.domain.language import direction_of
from open311.domain.lifecycle import Outcome
from open311.domain.link import LinkPurpose
from open311.domain.wording import IN_EVERY_LETTER, FilledText, Said, Wordings, fill
from open311.wire.mail_headers import MAIL_POLICY, MAX_NAME_CHARACTERS, MAX_SUBJECT_CHARACTERS, one_line, uri


@dataclass(frozen=True, slots=True)
class Offer:
    """A link, and the words before it, if any."""

    before: Said | None
    label: Said
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody reads: the city's words, what they can do about it, and how to stop further letters."""

    text: FilledText
    offers: tuple[Offer, ...]
    city: str
    small: tuple[Said, ...]
    """Lines in small print at the foot."""
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
    answered: bool = False,
) -> Letter:
    """Write a letter for an event, offering each of ``links`` (URLs by ``LinkPurpose``).

    ``facts`` are the values of placeholders, among them ``city``, written in the language that the event's wording is
    found in. Everything else is in that language too, as far as there are words. ``answered`` says that answers reach
    somebody (``Reply-To``); where they do not, the letter says so.
    """
    given = links or {}
    wording = wordings.find(event, language, outcome=outcome, service_code=service_code)

    def offer(purpose: LinkPurpose) -> Offer:
        before = wordings.said(purpose.kind.before, wording.language) if purpose.kind.before else None
        return Offer(before, wordings.said(purpose.kind.label, wording.language), given[purpose])

    return Letter(
        text=fill(wording, facts),
        offers=tuple(offer(each) for each in LinkPurpose if each in given and each is not LinkPurpose.END),
        city=facts["city"],
        small=() if answered else (wordings.said(IN_EVERY_LETTER, wording.language),),
        end=offer(LinkPurpose.END) if LinkPurpose.END in given else None,
    )


def plain(letter: Letter) -> str:
    """Return the letter as plain text: lines of at most 76 characters, links on lines of their own."""
    parts = [_wrapped(paragraph) for paragraph in letter.text.paragraphs]
    for offer in letter.offers:
        parts += [_wrapped(offer.before.text)] if offer.before else []
        parts.append(f"{offer.label}:\n{offer.url}")
    small = [_wrapped(line.text) for line in letter.small]
    small += [f"{letter.end.label}: {letter.end.url}"] if letter.end else []
    parts += [letter.city, *(["-- \n" + "\n".join(small)] if small else [])]
    return "\n\n".join(parts) + "\n"


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.fill(line, 76, break_long_words=False, break_on_hyphens=False) for line in _lines(text))


def _lines(text: str) -> Sequence[str]:
    return text.splitlines() or [""]


_PAGE = """<!doctype html>
<html lang="{language}" dir="{direction}">
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
    """Return the letter as an HTML page that loads nothing: no pictures, fonts or style sheets."""
    language = letter.text.language
    parts = [f"<p>{_broken(paragraph)}</p>" for paragraph in letter.text.paragraphs]
    for offer in letter.offers:
        parts += [f"<p>{_marked(offer.before, language)}</p>"] if offer.before else []
        parts.append(_BUTTON.format(url=escape(offer.url), label=_marked(offer.label, language)))
    parts.append(f"<p>{escape(letter.city)}</p>")
    small = [_marked(line, language) for line in letter.small]
    if letter.end:
        label = _marked(letter.end.label, language)
        small.append(f'<a href="{escape(letter.end.url)}" style="color:#55606e">{label}</a>')
    if small:
        parts.append(f'<p style="color:#55606e;font-size:14px">{"<br>".join(small)}</p>')
    return _PAGE.format(
        language=escape(language),
        direction=direction_of(language),
        title=escape(letter.text.subject),
        body="\n".join(parts),
    )


def _marked(said: Said, language: str) -> str:
    """Return words as HTML, marked where they are in another language than the letter."""
    if said.language == language:
        return _broken(said.text)
    return f'<span lang="{escape(said.language)}" dir="{direction_of(said.language)}">{_broken(said.text)}</span>'


def _broken(text: str) -> str:
    return "<br>".join(escape(line) for line in _lines(text))


def short(letter: Letter) -> str:
    """Return the letter as a text message: its subject, and the first thing to do."""
    first = next(iter(letter.offers), letter.end)
    return "\n".join([letter.text.subject, *([f"{first.label}: {first.url}"] if first else [])])


MAX_NOTICE_BYTES = 2_000
"""The longest text of a notice. Push services take at least 4,096 bytes, encrypted and including the link."""


def notice(letter: Letter) -> bytes:
    """Return the letter as JSON for a browser: title, text, and where a click leads (read by ``push-worker.js``)."""
    first = next(iter(letter.offers), letter.end)
    body = "\n".join(letter.text.paragraphs).encode()[:MAX_NOTICE_BYTES].decode(errors="ignore")
    return orjson.dumps(
        {
            "title": letter.text.subject[:200],
            "body": body,
            "language": letter.text.language,
            "url": first.url if first else "",
        }
    )


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is on the outside of a mail."""

    sender: str
    sender_name: str
    reply_to: str
    to: str
    message_id: str
    thread: str | None
    """The Message-ID of the first mail about the same thing, or None where this is the first."""
    moment: datetime


def mail(letter: Letter, envelope: Envelope) -> EmailMessage:
    """Return the letter as mail: text and HTML, with one-click unsubscribe (RFC 8058), in its thread."""
    message = EmailMessage(MAIL_POLICY)
    message["From"] = _address(envelope.sender, one_line(envelope.sender_name, MAX_NAME_CHARACTERS))
    message["To"] = _address(envelope.to)
    if envelope.reply_to:
        message["Reply-To"] = _address(envelope.reply_to)
    message["Subject"] = one_line(letter.text.subject, MAX_SUBJECT_CHARACTERS)
    message["Date"] = format_datetime(envelope.moment)
    message["Message-ID"] = envelope.message_id
    if envelope.thread and envelope.thread != envelope.message_id:
        message["In-Reply-To"] = message["References"] = envelope.thread
    if letter.end:
        message["List-Unsubscribe"] = f"<{uri(letter.end.url)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(plain(letter))
    message.add_alternative(html(letter), subtype="html")
    message["Content-Language"] = letter.text.language  # adding the parts would reset it
    return message


def _address(written: str, name: str = "") -> Address:
    """Return an address as a header has it, its domain in ASCII."""
    normal = email_address(written)
    if normal is None:  # open311@localhost, which is none, or what was never an address
        return Address(name, addr_spec=written)
    local, _, domain = normal.rpartition("@")
    return Address(name, local, domain)
