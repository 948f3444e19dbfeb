"""Feeds: Atom (RFC 4287), in pages that are linked (RFC 5005), with places as GeoRSS Simple."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from open311.domain.moment import write_moment
from open311.domain.place import Point
from open311.wire.formats.xml import DECLARATION, decimal, escape

MEDIA_TYPE = "application/atom+xml"


@dataclass(frozen=True, slots=True)
class Link:
    """Where else to look, and in what relation that stands (RFC 4287, 4.2.7)."""

    rel: str
    href: str
    type: str = MEDIA_TYPE


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a reader of the feed is told. ``id`` never changes, whatever else does."""

    id: str
    title: str
    updated: datetime
    published: datetime | None = None
    words: Sequence[str] = ()
    """Paragraphs."""
    author: str = ""
    categories: Sequence[tuple[str, str]] = ()
    """Pairs of term and label."""
    links: Sequence[Link] = ()
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of entries. ``updated`` is that of the newest; of an empty feed, when it was asked for."""

    id: str
    title: str
    author: str
    language: str
    updated: datetime
    links: Sequence[Link]
    entries: Sequence[Entry]


def write(feed: Feed) -> bytes:
    """The feed as XML; every text passes ``escape``, which is all that it takes (``formats/xml``)."""
    pieces = [
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:georss="http://www.georss.org/georss" xml:lang=',
        f'"{_quoted(feed.language)}">',
        _element("id", feed.id),
        _element("title", feed.title),
        _element("updated", write_moment(feed.updated)),
        _author(feed.author),
        *_links(feed.links),
        *map(_entry, feed.entries),
        "</feed>",
    ]
    return DECLARATION + "".join(pieces).encode()


def _entry(entry: Entry) -> str:
    pieces = ["<entry>", _element("id", entry.id), _element("title", entry.title)]
    pieces.append(_element("updated", write_moment(entry.updated)))
    if entry.published:
        pieces.append(_element("published", write_moment(entry.published)))
    if entry.author:
        pieces.append(_author(entry.author))
    pieces += [f'<category term="{_quoted(term)}" label="{_quoted(label)}"/>' for term, label in entry.categories]
    pieces += _links(entry.links)
    # An entry without content must have a link "alternate" instead, and some readers show nothing then.
    pieces.append(f'<content type="text">{escape(chr(10).join(entry.words))}</content>')
    if entry.point:
        pieces.append(_element("georss:point", f"{decimal(entry.point.lat)} {decimal(entry.point.long)}"))
    return "".join([*pieces, "</entry>"])


def _links(links: Iterable[Link]) -> list[str]:
    return [
        f'<link rel="{_quoted(link.rel)}" type="{_quoted(link.type)}" href="{_quoted(link.href)}"/>' for link in links
    ]


def _author(name: str) -> str:
    return f"<author>{_element('name', name)}</author>"


def _element(name: str, text: str | None) -> str:
    return f"<{name}>{escape(text or '')}</{name}>"


def _quoted(text: str) -> str:
    """Text as it stands in an attribute."""
    return escape(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
