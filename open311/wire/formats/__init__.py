"""The formats documents are written in: a table, and one file for each format.

A format compiles a document's description once into a function from a row to bytes (``fragment``); answers are
fragments joined by ``separator`` between ``head`` and ``tail``. So ready-made fragments from the database and fresh
ones make the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from open311.wire.document import Document
from open311.wire.formats import json, xml

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Format:
    """A way to write documents."""

    suffix: str
    media_type: str
    content_type: str
    separator: bytes
    compile: Callable[[type[Document]], Callable[[Row], bytes]]
    around: Callable[[type[Document]], tuple[bytes, bytes]]
    merge: Callable[[bytes, bytes, type[Document]], bytes]
    """Append the fields of a second fragment to a first one, both of the same element."""


FORMATS: dict[str, Format] = {
    "xml": Format("xml", "text/xml", "text/xml; charset=utf-8", b"", xml.compile_document, xml.around, xml.merge),
    "json": Format(
        "json",
        "application/json",
        "application/json; charset=utf-8",
        b",",
        json.compile_document,
        json.around,
        json.merge,
    ),
}
"""Every format, by suffix. The first is what a client gets that asks for none (GeoReport v2)."""

DEFAULT = FORMATS["xml"]


@cache
def compiled(document: type[Document], fmt: Format) -> Callable[[Row], bytes]:
    """The function that writes one row of this document in this format; made once."""
    return fmt.compile(document)


def wrap(document: type[Document], fmt: Format, joined: bytes) -> bytes:
    """A whole answer around fragments that are already joined."""
    head, tail = fmt.around(document)
    return b"".join((head, joined, tail))


def render(document: type[Document], fmt: Format, rows: Iterable[Row]) -> bytes:
    """A whole answer from rows (one row where the document stands alone)."""
    fragment = compiled(document, fmt)
    return wrap(document, fmt, fmt.separator.join([fragment(row) for row in rows]))
