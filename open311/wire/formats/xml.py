"""XML as GeoReport v2 writes it: elements only, no attributes, no namespaces, values escaped once.

Text contains no character that XML cannot hold (``Draft`` and the catalogue make sure of it), so it only has to be
escaped. Tests compare what is written here with what lxml writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import fields

from open311.domain.moment import write_moment
from open311.wire.document import Degrees, Document, Flag, Many, Moment, One, Words, described, is_optional

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
Write = Callable[[Any], str]

_SPECIAL = re.compile("[&<>\r]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


def escape(text: str) -> str:
    """Text as it is written inside an element. A carriage return is escaped, because parsers would change it."""
    if _SPECIAL.search(text) is None:
        return text
    return _SPECIAL.sub(lambda found: _ENTITIES[found[0]], text)


def compile_document(document: type[Document]) -> Callable[[Mapping[str, Any]], bytes]:
    """Make the function that writes one row as an element."""
    write = _element(document, document.singular)
    return lambda row: write(row).encode()


def around(document: type[Document]) -> tuple[bytes, bytes]:
    """The bytes before and after the joined elements: the declaration, and the element of the list."""
    if document.alone:
        return DECLARATION, b""
    return DECLARATION + f"<{document.plural}>".encode(), f"</{document.plural}>".encode()


def merge(first: bytes, second: bytes, document: type[Document]) -> bytes:
    """One element with the children of both."""
    return first[: -len(document.singular) - 3] + second[len(document.singular) + 2 :]


def _element(document: type[Document], tag: str) -> Callable[[Mapping[str, Any]], str]:
    parts = [
        (name, f"<{name}>", f"</{name}>", f"<{name}/>", _write(field), is_optional(field))
        for name, field in described(document).items()
    ]
    head, tail = f"<{tag}>", f"</{tag}>"

    def write(row: Mapping[str, Any]) -> str:
        pieces = [head]
        for name, opened, closed, empty, inner, optional in parts:
            value = row.get(name)
            if value is None or value == "":
                if not (optional and value is None):
                    pieces.append(empty)
            else:
                pieces += (opened, inner(value), closed)
        pieces.append(tail)
        return "".join(pieces)

    return write


def _write(field: fields.Field[Any]) -> Write:
    """The function that turns a known value of a field into the content of its element."""
    if isinstance(field, Moment):
        return lambda value: write_moment(value) or ""
    if isinstance(field, Degrees):
        return decimal
    if isinstance(field, Flag):
        return lambda value: "true" if value else "false"
    if isinstance(field, fields.Integer):
        return str
    if isinstance(field, Words):
        opened, closed = f"<{field.singular}>", f"</{field.singular}>"
        return lambda words: "".join(f"{opened}{escape(word)}{closed}" for word in words)
    if isinstance(field, Many):
        element = _element(field.document, field.document.singular)
        return lambda rows: "".join(map(element, rows))
    if isinstance(field, One):
        document, cut = _element(field.document, "_"), len("<_>")
        return lambda row: document(row)[cut : -cut - 1]
    return escape


def decimal(degrees: float) -> str:
    """Degrees as a plain decimal number with at least one decimal digit."""
    text = f"{degrees:.7f}".rstrip("0")
    return text + "0" if text.endswith(".") else text
