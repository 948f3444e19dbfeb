"""The formats in which documents are written: a table, and one file for each format.

A format compiles a document's description once into a function from a row to bytes (``fragment``). An answer is
fragments joined by ``separator`` between ``head`` and ``tail``, so that ready-made fragments from the database and
new ones make the same answer.
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
    """A format, and the functions that write documents in it."""

    suffix: str
    media_type: str
    content_type: str
    separator: bytes
    compile: Callable[[type[Document]], Callable[[Row], bytes]]
    around: Callable[[type[Document]], tuple[bytes, bytes]]
    merge: Callable[[bytes, bytes, type[Document]], bytes]
    """Appends the fields of a second fragment to a first one of the same element."""
    stored: bool = False
    """Whether publications hold documents ready-made in this format, in a column of its suffix (ADR 1)."""


FORMATS: dict[str, Format] = {
    "xml": Format(
        "xml", "text/xml", "text/xml; charset=utf-8", b"", xml.compile_document, xml.around, xml.merge, stored=True
    ),
    "json": Format(
        "json",
        "application/json",
        "application/json; charset=utf-8",
        b",",
        json.compile_document,
        json.around,
        json.merge,
        stored=True,
    ),
}
"""Every format by its suffix. A client that asks for no format gets the first (GeoReport v2)."""

DEFAULT = FORMATS["xml"]


@cache
def compiled(document: type[Document], fmt: Format) -> Callable[[Row], bytes]:
    """The function that writes one row of a document in a format; it is made only once."""
    return fmt.compile(document)


def converted(document: type[Document], fmt: Format, stored: bytes) -> bytes:
    """Write a document in a format in which it is not stored, given as it is stored as JSON."""
    return compiled(document, fmt)(json.read_document(document, stored))


def wrap(document: type[Document], fmt: Format, joined: bytes) -> bytes:
    """A whole answer, made of fragments that are joined already."""
    head, tail = fmt.around(document)
    return b"".join((head, joined, tail))


def render(document: type[Document], fmt: Format, rows: Iterable[Row]) -> bytes:
    """A whole answer, made of rows (of one row if the document is ``alone``)."""
    fragment = compiled(document, fmt)
    return wrap(document, fmt, fmt.separator.join([fragment(row) for row in rows]))
