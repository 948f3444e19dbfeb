"""Feeds: Atom (RFC 4287), in pages that are linked (RFC 5005), with places as GeoRSS Simple."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from open311.domain.moment import write_moment
from open311.domain.place import Point
from open311.wire.formats.xml import decimal

MEDIA_TYPE = "application/atom+xml"

ATOM, GEORSS = "http://www.w3.org/2005/Atom", "http://www.georss.org/georss"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NAMESPACES: Any = {None: ATOM, "georss": GEORSS}  # the stubs know no default namespace


@dataclass(frozen=True, slots=True)
class Link:
    """Where else to look, and how that is related (RFC 4287, 4.2.7)."""

    rel: str
    href: str
    type: str = MEDIA_TYPE


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that readers of the feed are shown. ``id`` never changes, whatever else does."""

    id: str
    title: str
    updated: datetime
    language: str = ""
    """That of the title, where it may be another than the feed's."""
    published: datetime | None = None
    words: Sequence[str] = ()
    """The paragraphs of its content."""
    author: str = ""
    categories: Sequence[tuple[str, str]] = ()
    """Pairs of term and label."""
    links: Sequence[Link] = ()
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of entries. ``updated`` is that of the newest; of an empty feed, the moment when it was asked for."""

    id: str
    title: str
    author: str
    language: str
    updated: datetime
    links: Sequence[Link]
    entries: Sequence[Entry]


def write(feed: Feed) -> bytes:
    """Write the feed as XML."""
    root = etree.Element(f"{{{ATOM}}}feed", {_LANGUAGE: feed.language}, nsmap=_NAMESPACES)
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", write_moment(feed.updated))
    _add_author(root, feed.author)
    _add_links(root, feed.links)
    for entry in feed.entries:
        _add_entry(root, entry, feed.language)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _add_entry(root: etree._Element, entry: Entry, language: str) -> None:
    element = _add(root, "entry")
    _add(element, "id", entry.id)
    title = _add(element, "title", entry.title)
    if entry.language not in ("", language):
        title.set(_LANGUAGE, entry.language)
    _add(element, "updated", write_moment(entry.updated))
    if entry.published:
        _add(element, "published", write_moment(entry.published))
    if entry.author:
        _add_author(element, entry.author)
    for term, label in entry.categories:
        _add(element, "category", term=term, label=label)
    _add_links(element, entry.links)
    # An entry without content must have a link "alternate" instead, and some readers show nothing then.
    _add(element, "content", "\n".join(entry.words), type="text")
    if entry.point:
        _add(element, "point", f"{decimal(entry.point.lat)} {decimal(entry.point.long)}", of=GEORSS)


def _add_links(element: etree._Element, links: Iterable[Link]) -> None:
    for link in links:
        _add(element, "link", rel=link.rel, type=link.type, href=link.href)


def _add_author(element: etree._Element, name: str) -> None:
    _add(_add(element, "author"), "name", name)


def _add(
    parent: etree._Element, name: str, text: str | None = None, *, of: str = ATOM, **attributes: str
) -> etree._Element:
    element = etree.SubElement(parent, f"{{{of}}}{name}", attributes)
    element.text = text
    return element
